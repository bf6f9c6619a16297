// Package wire makes the links of the fabric on a host: the bridge that
// containers hang on, the veth pair that joins it with the router's bridge,
// a veth pair for each container, and the address of each network's gateway.
//
// The bridge is the driver's own, so that containers start while the router is
// down, and the router may make and remake its bridge as it likes.
package wire

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/vishvananda/netlink"
)

// Names of links. The kernel allows 15 characters.
const (
	// Bridge is the containers' bridge.
	Bridge = "clocker0"
	// RouterBridge is the bridge that the Weave router makes.
	RouterBridge = "weave"
	// routerLink is one end of the pair by which the router taps its bridge.
	routerLink = "vethwe-bridge"
	// Uplink and its peer join the two bridges.
	Uplink = "clockerup0"
	uplink = "clockerup1"
	// PortPrefix starts the host's end of every container's veth pair.
	PortPrefix  = "clkp"
	innerPrefix = "clkc"
)

// Wire changes the links of the network namespace that it is used in.
type Wire struct {
	// MTU of every link, in bytes.
	MTU int
}

// EnsureBridge makes the containers' bridge where it is missing.
func (w Wire) EnsureBridge() error {
	bridge, err := netlink.LinkByName(Bridge)
	if missing(err) {
		if bridge, err = w.addBridge(); err != nil {
			return fmt.Errorf("make bridge %s: %w", Bridge, err)
		}
	}
	if err != nil {
		return fmt.Errorf("find bridge %s: %w", Bridge, err)
	}
	if bridge.Type() != "bridge" {
		return fmt.Errorf("link %s exists and is a %s, not a bridge: remove or rename it", Bridge, bridge.Type())
	}
	return errors.Join(netlink.LinkSetMTU(bridge, w.MTU), netlink.LinkSetUp(bridge))
}

// addBridge sets the bridge's address itself: one that the kernel chooses
// changes with the ports, and containers would lose their gateway.
func (w Wire) addBridge() (netlink.Link, error) {
	mac, err := randomMAC()
	if err != nil {
		return nil, err
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU, attrs.HardwareAddr = Bridge, w.MTU, mac
	if err := netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attrs}); err != nil {
		return nil, err
	}
	return netlink.LinkByName(Bridge)
}

// EnsureUplink joins the containers' bridge with the router's, and reports
// whether they are joined: false while the router has not made its bridge.
func (w Wire) EnsureUplink() (bool, error) {
	router, err := netlink.LinkByName(RouterBridge)
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("find the router's bridge: %w", err)
	}
	bridge, err := netlink.LinkByName(Bridge)
	if err != nil {
		return false, fmt.Errorf("find bridge %s: %w", Bridge, err)
	}
	if err := w.ensurePair(Uplink, uplink, nil); err != nil {
		return false, fmt.Errorf("make uplink: %w", err)
	}
	return true, errors.Join(w.enslave(Uplink, bridge), w.enslave(uplink, router))
}

func (w Wire) ensurePair(name, peer string, peerMAC net.HardwareAddr) error {
	if _, err := netlink.LinkByName(name); !missing(err) {
		return err
	}
	attrs := netlink.NewLinkAttrs()
	attrs.Name, attrs.MTU = name, w.MTU
	return netlink.LinkAdd(&netlink.Veth{LinkAttrs: attrs, PeerName: peer, PeerMTU: uint32(w.MTU), PeerHardwareAddr: peerMAC})
}

func (w Wire) enslave(name string, bridge netlink.Link) error {
	link, err := netlink.LinkByName(name)
	if err != nil {
		return fmt.Errorf("find link %s: %w", name, err)
	}
	if link.Attrs().MasterIndex == bridge.Attrs().Index && link.Attrs().Flags&net.FlagUp != 0 {
		return nil
	}
	if err := netlink.LinkSetMaster(link, bridge); err != nil {
		return fmt.Errorf("attach %s to %s: %w", name, bridge.Attrs().Name, err)
	}
	return netlink.LinkSetUp(link)
}

// Remove takes the bridge and the uplink away, and the router's links with
// them if told; what is gone already is no error.
func (w Wire) Remove(router bool) error {
	names := []string{Uplink, Bridge}
	if router {
		names = append(names, RouterBridge, routerLink)
	}
	var failed error
	for _, name := range names {
		link, err := netlink.LinkByName(name)
		if err == nil {
			err = netlink.LinkDel(link)
		}
		if err != nil && !missing(err) {
			failed = errors.Join(failed, fmt.Errorf("remove link %s: %w", name, err))
		}
	}
	return failed
}

// Ours tells whether a link was made by this package.
func Ours(name string) bool {
	return name == Bridge || name == Uplink || name == uplink || strings.HasPrefix(name, PortPrefix)
}

func missing(err error) bool {
	var notFound netlink.LinkNotFoundError
	return errors.As(err, &notFound)
}
