// Package scheduler decides which host each replica goes to. It is pure: it
// knows tasks, candidates and rules, and nothing of Docker or compose files.
//
// A [Filter] removes hosts, an [Order] ranks those that are left. Some filters
// always hold; the user's strategies, which a [Catalog] turns into filters and
// orders, come after them. The same tasks and candidates give the same
// decisions to the byte, in whatever order they are handed in.
package scheduler
