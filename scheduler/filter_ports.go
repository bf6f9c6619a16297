package scheduler

import (
	"fmt"
	"net/netip"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// hostPorts wants a host on which nothing holds the ports that the task publishes.
type hostPorts struct{}

func (hostPorts) Name() string { return "ports" }

func (hostPorts) Check(t *Task, c *Candidate) *Refusal {
	for _, want := range t.Ports {
		for _, held := range c.Ports {
			if conflict(want, held) {
				return refuse("has", "have", "port "+portName(want)+" taken")
			}
		}
	}
	return nil
}

func (hostPorts) Evicts() bool { return true }

func (hostPorts) Hint(t *Task) string {
	return "free the port, add a host, or let the engine choose the host port of " + t.Service
}

// conflict tells whether two published ports exclude each other on one host.
// A wildcard address of either family holds the port on all addresses, as an
// engine publishes on both families unless told otherwise.
func conflict(a, b hosts.PublishedPort) bool {
	if a.HostPort == 0 || a.HostPort != b.HostPort || protocol(a) != protocol(b) {
		return false
	}
	return wildcard(a.HostIP) || wildcard(b.HostIP) || sameAddress(a.HostIP, b.HostIP)
}

func protocol(p hosts.PublishedPort) string {
	if p.Protocol == "" {
		return "tcp"
	}
	return p.Protocol
}

func wildcard(ip string) bool {
	if ip == "" {
		return true
	}
	address, err := netip.ParseAddr(ip)
	return err == nil && address.Unmap().IsUnspecified()
}

// sameAddress compares addresses in whichever of their spellings they come.
func sameAddress(a, b string) bool {
	x, errA := netip.ParseAddr(a)
	y, errB := netip.ParseAddr(b)
	if errA != nil || errB != nil {
		return a == b
	}
	return x.Unmap() == y.Unmap()
}

// portName is as short as it can be: 80, 53/udp, 127.0.0.1:80.
func portName(p hosts.PublishedPort) string {
	name := fmt.Sprint(p.HostPort)
	if !wildcard(p.HostIP) {
		name = netip.AddrPortFrom(parsed(p.HostIP), p.HostPort).String()
	}
	if protocol(p) != "tcp" {
		name += "/" + p.Protocol
	}
	return name
}

func parsed(ip string) netip.Addr {
	address, _ := netip.ParseAddr(ip)
	return address
}
