// Package remote is for compose files that aren't on this machine: it fetches
// them from git repositories and from registries, where they are OCI artifacts,
// and publishes them as such. What was fetched is kept in a [Cache] under the
// commit or the digest that it has, which the content was checked against.
//
// What comes from elsewhere isn't trusted: names in it can't leave the cache,
// sizes are bounded, and nothing of it runs.
package remote
