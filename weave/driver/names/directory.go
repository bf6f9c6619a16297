// Package names answers DNS on a host for the containers of the fabric. What
// is answered depends on who asks: a container learns the names of its own
// networks only, and the rest of the world's only where one of them has a way out.
package names

import (
	"context"
	"net/netip"
	"strings"

	"github.com/miekg/dns"
)

// Network is a network as one that asks sees it.
type Network struct {
	Zone     string
	Subnet   netip.Prefix
	Internal bool
}

// Asker is a container that asks: the networks it is on, and its links.
type Asker struct {
	Networks []Network
	// Links are names of its own, by alias.
	Links map[string]string
}

// external tells whether the asker has a way out.
func (a Asker) external() bool {
	for _, n := range a.Networks {
		if !n.Internal {
			return true
		}
	}
	return false
}

// Directory knows the containers of this host.
type Directory interface {
	// Asker finds the container that has the address.
	Asker(netip.Addr) (Asker, bool)
	// Local returns the addresses of this host's containers that bear the name in the zone.
	Local(zone, name string) []netip.Addr
	// NameOf returns a name of this host's container with the address in the zone, or "".
	NameOf(zone string, a netip.Addr) string
	// Fabric tells whether the address is of a network of the fabric on this host.
	Fabric(netip.Addr) bool
}

// Resolver sends a question on: to weaveDNS or to the host's resolvers.
type Resolver interface {
	Exchange(ctx context.Context, question *dns.Msg, overTCP bool) (*dns.Msg, error)
}

// domain is where weaveDNS keeps every name.
const domain = "weave.local."

// FQDN is the name under which weaveDNS keeps name of the zone.
func FQDN(name, zone string) string {
	return strings.ToLower(strings.TrimSuffix(name, ".")) + "." + zoneLabel(zone) + "." + domain
}

// nameIn undoes FQDN; "" where the name is of another zone.
func nameIn(fqdn, zone string) string {
	name, ok := strings.CutSuffix(strings.ToLower(fqdn), "."+zoneLabel(zone)+"."+domain)
	if !ok {
		return ""
	}
	return name
}
