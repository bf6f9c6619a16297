// Package store holds what a host's driver knows of its networks and
// endpoints, and keeps it on disk: the engine tells each of them once, and
// does not repeat itself after a restart of the driver or of the machine.
package store

import "net/netip"

// Network is a network of the fabric on this host.
type Network struct {
	ID string `json:"id"`
	// Zone is the network's name in the pool: hosts whose networks share it
	// share its names.
	Zone   string       `json:"zone"`
	Subnet netip.Prefix `json:"subnet"`
	// Gateway is the host's own address in the subnet, where it answers names.
	Gateway netip.Addr `json:"gateway"`
	// Internal networks have no way out, not even for names.
	Internal bool `json:"internal,omitempty"`
}

// Endpoint is a container's place on a network of this host.
type Endpoint struct {
	ID      string     `json:"id"`
	Network string     `json:"network"`
	Address netip.Addr `json:"address"`
	MAC     string     `json:"mac"`
	// Names are those by which the network's other containers find it, lower case.
	Names []string `json:"names,omitempty"`
	// Links are names that only this container uses, by alias, lower case.
	Links map[string]string `json:"links,omitempty"`
	// Sandbox is the container's network stack; "" until it has joined. The
	// endpoints of one container share it.
	Sandbox string `json:"sandbox,omitempty"`
}
