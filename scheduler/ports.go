package scheduler

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ports are fixed host ports, sorted by number.
type ports []port

// port is a published port in a form that is quick to compare.
type port struct {
	number   uint16
	protocol string
	// address is the zero Addr on all addresses. A wildcard of either family
	// holds the port on all, as an engine publishes on both families.
	address netip.Addr
	// odd is an address that can't be parsed.
	odd string
}

// portsOf leaves out what the engine chooses.
func portsOf(published []hosts.PublishedPort) ports {
	var all ports
	for _, p := range published {
		if p.HostPort != 0 {
			all = append(all, portOf(p))
		}
	}
	slices.SortStableFunc(all, func(a, b port) int { return cmp.Compare(a.number, b.number) })
	return all
}

func portOf(p hosts.PublishedPort) port {
	out := port{number: p.HostPort, protocol: cmp.Or(p.Protocol, "tcp")}
	if p.HostIP == "" {
		return out
	}
	address, err := netip.ParseAddr(p.HostIP)
	switch {
	case err != nil:
		out.odd = p.HostIP
	case !address.Unmap().IsUnspecified():
		out.address = address.Unmap()
	}
	return out
}

// conflicts tells whether two ports exclude each other on one host.
func (p port) conflicts(o port) bool {
	return p.number == o.number && p.protocol == o.protocol &&
		(p.everywhere() || o.everywhere() || p.address == o.address && p.odd == o.odd)
}

func (p port) everywhere() bool { return p.odd == "" && !p.address.IsValid() }

// String is as short as it can be: 80, 53/udp, 127.0.0.1:80.
func (p port) String() string {
	name := decimal(float64(p.number))
	switch {
	case p.odd != "":
		name = p.odd + ":" + name
	case p.address.IsValid():
		name = netip.AddrPortFrom(p.address, p.number).String()
	}
	if p.protocol != "tcp" {
		name += "/" + p.protocol
	}
	return name
}

// clash is the index of the first of the wanted ports that is held.
func (held ports) clash(wanted ports) (int, bool) {
	for i, w := range wanted {
		at, _ := slices.BinarySearchFunc(held, w.number, func(p port, n uint16) int { return cmp.Compare(p.number, n) })
		for ; at < len(held) && held[at].number == w.number; at++ {
			if held[at].conflicts(w) {
				return i, true
			}
		}
	}
	return 0, false
}

// marks is a bit for each number, which others may have too: ports that have no
// bit in common don't clash.
func (held ports) marks() uint64 {
	var bits uint64
	for i := range held {
		bits |= 1 << (held[i].number % 64)
	}
	return bits
}

// with are the ports and others; neither list is written to.
func (held ports) with(others ports) ports {
	if len(others) == 0 {
		return held
	}
	all := slices.Concat(held, others)
	slices.SortStableFunc(all, func(a, b port) int { return cmp.Compare(a.number, b.number) })
	return all
}
