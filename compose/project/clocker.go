package project

import (
	"net/netip"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Clocker is a project's x-clocker.
type Clocker struct {
	// Location are the names of the default locations of every service; several
	// are spread over, none is the whole pool.
	Location []string
	// Placement is the default of every service.
	Placement Placement
	// Network is how the project's networks are laid over several hosts.
	Network Network
	// Build is where images are built, of services that don't say.
	Build Build
	// Locations are those that the compose files declare, by name.
	Locations map[string]hosts.Location
}

// Placement is how replicas find their hosts.
type Placement struct {
	// Strategies are all rules in order: the preferences of deploy.placement,
	// the user's list, and then those of the keys below.
	Strategies []hosts.Strategy
	// Affinity are rules such as "not service db".
	Affinity []string
	// Exclusive wants a host to itself.
	Exclusive bool
	// When is a predicate over host, Prefer an order, both expressions.
	When, Prefer string
}

// Network is how the project's networks are laid over several hosts.
type Network struct {
	// CIDR is what subnets are taken from.
	CIDR netip.Prefix
	// Size is the prefix length of the subnet of each compose network; 0 leaves
	// it to the number of hosts and replicas.
	Size int
	// Encrypt encrypts what goes from host to host.
	Encrypt bool
}

// Build is where images are built.
type Build struct {
	// Host is the name of a host, Location that of a location; one of the two, or
	// neither.
	Host, Location string
	// Builder is a BuildKit of its own, by the name that buildx has for it or its
	// [hosts.BuilderAddress], from which the host gets the image; "" for the host's own.
	Builder string
}

// DefaultCIDR is where subnets are taken from where x-clocker.network.cidr doesn't say.
const DefaultCIDR = "10.32.0.0/12"

// ServiceClocker is a service's x-clocker, with the project's defaults where
// the service says nothing.
type ServiceClocker struct {
	// Location are the names of the locations that it may run in; none is the whole pool.
	Location []string
	// Placement is the service's own; its strategies replace the project's.
	Placement Placement
	// Build is where its image is built.
	Build Build
	// Checksum is what the archive has that the image is built from, sha256:HEX;
	// "" where any content will do.
	Checksum string
	// Install are commands that make the image of the service out of the one that
	// it names; none leaves that as it is.
	Install []string
}
