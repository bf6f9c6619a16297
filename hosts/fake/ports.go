package fake

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"

	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// firstEphemeral is the first port that is given where none is asked for.
const firstEphemeral = 32768

// takePorts publishes the ports of a container, or none of them.
func (s *state) takePorts(r *record) error {
	r.Ports = nil
	if r.Spec.HostConfig == nil {
		return nil
	}
	for port, bindings := range r.Spec.HostConfig.PortBindings {
		for _, b := range bindings {
			p, err := s.publish(r, port, b)
			if err != nil {
				r.Ports = nil
				return err
			}
			r.Ports = append(r.Ports, p)
		}
	}
	slices.SortFunc(r.Ports, func(a, b hosts.PublishedPort) int {
		return cmp.Or(cmp.Compare(a.ContainerPort, b.ContainerPort), cmp.Compare(a.Protocol, b.Protocol),
			cmp.Compare(a.HostPort, b.HostPort), cmp.Compare(a.HostIP, b.HostIP))
	})
	return nil
}

func (s *state) publish(r *record, port network.Port, b network.PortBinding) (hosts.PublishedPort, error) {
	p := hosts.PublishedPort{HostIP: "0.0.0.0", ContainerPort: port.Num(), Protocol: string(port.Proto())}
	if b.HostIP.IsValid() {
		p.HostIP = b.HostIP.String()
	}
	wanted, _ := strconv.ParseUint(b.HostPort, 10, 16)
	if p.HostPort = uint16(wanted); p.HostPort == 0 {
		for p.HostPort = firstEphemeral; s.portHeld(p, r); p.HostPort++ {
		}
	}
	if s.portHeld(p, r) {
		return p, conflict("driver failed programming external connectivity on endpoint %s: Bind for %s:%d failed: port is already allocated",
			r.Name, p.HostIP, p.HostPort)
	}
	return p, nil
}

// portHeld tells whether a container holds the port, r with what it took so far.
func (s *state) portHeld(p hosts.PublishedPort, r *record) bool {
	for _, other := range s.Containers {
		if other != r && !other.running() {
			continue
		}
		for _, q := range other.Ports {
			if q.HostPort == p.HostPort && q.Protocol == p.Protocol && overlaps(q.HostIP, p.HostIP) {
				return true
			}
		}
	}
	return false
}

func overlaps(a, b string) bool {
	return a == b || unspecified(a) || unspecified(b)
}

func unspecified(ip string) bool {
	a, err := netip.ParseAddr(ip)
	return err != nil || a.IsUnspecified()
}
