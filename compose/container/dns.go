package container

import (
	"errors"
	"net/netip"
	"slices"
)

// dns are the servers that are asked for names that the engine itself doesn't
// know: the fabric's first, then the user's own. The fabric's answer for names
// of the outside too, as the host's resolvers would; the user's own are asked
// only where they don't answer.
func (r *replica) dns() ([]netip.Addr, error) {
	var servers []netip.Addr
	var errs []error
	for _, key := range r.networkKeys() {
		if n, ok := r.target.Fabric[key]; ok && !slices.Contains(servers, n.Gateway) {
			servers = append(servers, n.Gateway)
		}
	}
	for _, text := range r.DNS {
		server, err := netip.ParseAddr(text)
		if err != nil {
			errs = append(errs, r.refuse("dns", "servers are named by their IP addresses", "%q is not an IP address", text))
			continue
		}
		servers = append(servers, server)
	}
	return servers, errors.Join(errs...)
}
