// Package tree reads what a path of the project holds on this machine, so that
// hosts which lack it can be given the same: a [Tree] lists files with the
// digests of their content, tells what changed since another, and packs what a
// host has to be sent.
package tree
