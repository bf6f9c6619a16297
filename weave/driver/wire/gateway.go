package wire

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"syscall"

	"github.com/vishvananda/netlink"
)

// table is the routing table that only packets from a gateway's address use,
// and the priority of the rules that say so. The host's own tables never
// learn of the fabric's subnets: the host is not a part of them.
const table = 6784

// AddGateway gives the host the address in the subnet where it answers names.
func (w Wire) AddGateway(subnet netip.Prefix, gateway netip.Addr) error {
	bridge, err := netlink.LinkByName(Bridge)
	if err != nil {
		return fmt.Errorf("find bridge %s: %w", Bridge, err)
	}
	address := &netlink.Addr{IPNet: single(gateway), Scope: int(netlink.SCOPE_LINK)}
	if err := ignore(netlink.AddrReplace(bridge, address), fs.ErrExist); err != nil {
		return fmt.Errorf("add address %s to %s: %w", gateway, Bridge, err)
	}
	if err := netlink.RouteReplace(route(bridge, subnet, gateway)); err != nil {
		return fmt.Errorf("add route to %s: %w", subnet, err)
	}
	if err := ignore(netlink.RuleAdd(rule(gateway)), fs.ErrExist); err != nil {
		return fmt.Errorf("add routing rule from %s: %w", gateway, err)
	}
	return nil
}

// RemoveGateway undoes AddGateway; what is gone already is no error.
func (w Wire) RemoveGateway(subnet netip.Prefix, gateway netip.Addr) error {
	bridge, err := netlink.LinkByName(Bridge)
	if missing(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("find bridge %s: %w", Bridge, err)
	}
	return errors.Join(
		ignore(netlink.RuleDel(rule(gateway)), fs.ErrNotExist),
		ignore(netlink.RouteDel(route(bridge, subnet, gateway)), syscall.ESRCH),
		ignore(netlink.AddrDel(bridge, &netlink.Addr{IPNet: single(gateway)}), syscall.EADDRNOTAVAIL),
	)
}

func rule(gateway netip.Addr) *netlink.Rule {
	r := netlink.NewRule()
	r.Family, r.Src, r.Table, r.Priority = netlink.FAMILY_V4, single(gateway), table, table
	return r
}

func route(bridge netlink.Link, subnet netip.Prefix, gateway netip.Addr) *netlink.Route {
	return &netlink.Route{
		LinkIndex: bridge.Attrs().Index, Dst: ipNet(subnet), Src: gateway.AsSlice(),
		Table: table, Scope: netlink.SCOPE_LINK,
	}
}

func single(a netip.Addr) *net.IPNet { return ipNet(netip.PrefixFrom(a, a.BitLen())) }

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}

func ignore(err, harmless error) error {
	if errors.Is(err, harmless) {
		return nil
	}
	return err
}
