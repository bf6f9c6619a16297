// Package container turns one service of a loaded project into what an engine
// is asked to create: [Spec] for a replica, [NetworkSpec] and [VolumeSpec] for
// what it needs.
//
// On one host the request is the one that Docker Compose makes, so that either
// tool can take over from the other. On several hosts a [Target] says what
// differs where the replica goes: the networks that the fabric carries, the
// containers that share its host, and whether the files of this machine can be
// reached there. What can't work on that host is refused as a [Problem], never
// left out; [Unsupported] tells the same of attributes that no host would honour.
//
// The package is pure but for the files that a service names (seccomp profiles,
// and configs and secrets that are copied), which are read through [Target.Read].
package container
