package container

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/moby/api/types/network"
)

// exposedPorts are those that are published, and those of `expose`.
func (r *replica) exposedPorts() (network.PortSet, error) {
	var errs []error
	exposed := network.PortSet{}
	for _, p := range r.Ports {
		port, err := r.port(p)
		if errs = append(errs, err); err == nil {
			exposed[port] = struct{}{}
		}
	}
	for _, text := range r.Expose {
		ports, err := network.ParsePortRange(text)
		if err != nil {
			errs = append(errs, r.refuse("expose", "write it as 80 or 8000-8010/udp", "%q is neither a port nor a range of ports", text))
			continue
		}
		for port := range ports.All() {
			exposed[port] = struct{}{}
		}
	}
	return exposed, errors.Join(errs...)
}

// portBindings are the published ports. A range of host ports is left to the
// engine, which takes the first that is free.
func (r *replica) portBindings() (network.PortMap, error) {
	var errs []error
	bindings := network.PortMap{}
	for _, p := range r.Ports {
		port, err := r.port(p)
		if err != nil {
			continue // told by exposedPorts
		}
		var ip netip.Addr
		if p.HostIP != "" {
			if ip, err = netip.ParseAddr(p.HostIP); err != nil {
				errs = append(errs, r.refuse("ports", "write it as an IP address", "host_ip %q is not an IP address", p.HostIP))
				continue
			}
		}
		bindings[port] = append(bindings[port], network.PortBinding{HostIP: ip, HostPort: p.Published})
	}
	return bindings, errors.Join(errs...)
}

func (r *replica) port(p types.ServicePortConfig) (network.Port, error) {
	port, err := network.ParsePort(fmt.Sprintf("%d/%s", p.Target, p.Protocol))
	if err != nil {
		return port, r.refuse("ports", "", "%v", err)
	}
	return port, nil
}
