package wire

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
)

// Collision returns an error that names the route or address of the host that
// overlaps the subnet, nil where there is none. What the fabric made itself
// and default routes don't count.
func (w Wire) Collision(subnet netip.Prefix) error {
	links, err := netlink.LinkList()
	if err != nil {
		return fmt.Errorf("list links: %w", err)
	}
	names := map[int]string{}
	for _, l := range links {
		names[l.Attrs().Index] = l.Attrs().Name
	}
	if err := addressCollision(subnet, names); err != nil {
		return err
	}
	return routeCollision(subnet, names)
}

func addressCollision(subnet netip.Prefix, names map[int]string) error {
	addresses, err := netlink.AddrList(nil, netlink.FAMILY_V4)
	if err != nil {
		return fmt.Errorf("list addresses: %w", err)
	}
	for _, a := range addresses {
		if name := names[a.LinkIndex]; !Ours(name) && overlaps(subnet, a.IPNet) {
			return fmt.Errorf("subnet %s overlaps this host's own address %s on %s: choose another x-clocker.network.cidr", subnet, a.IPNet, name)
		}
	}
	return nil
}

func routeCollision(subnet netip.Prefix, names map[int]string) error {
	routes, err := netlink.RouteList(nil, netlink.FAMILY_V4)
	if err != nil {
		return fmt.Errorf("list routes: %w", err)
	}
	for _, r := range routes {
		if name := names[r.LinkIndex]; !Ours(name) && overlaps(subnet, r.Dst) {
			return fmt.Errorf("subnet %s overlaps this host's route to %s by %s: choose another x-clocker.network.cidr", subnet, r.Dst, name)
		}
	}
	return nil
}

func overlaps(subnet netip.Prefix, n *net.IPNet) bool {
	if n == nil {
		return false
	}
	address, ok := netip.AddrFromSlice(n.IP)
	ones, _ := n.Mask.Size()
	return ok && ones > 0 && netip.PrefixFrom(address.Unmap(), ones).Overlaps(subnet)
}
