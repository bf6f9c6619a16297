package wire

import (
	"net"
	"net/netip"
	"os"
	"runtime"
	"testing"

	"github.com/safchain/ethtool"
	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"gotest.tools/v3/assert"
	"pgregory.net/rapid"
)

// namespace runs the test in a network namespace of its own.
func namespace(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root: makes a network namespace")
	}
	runtime.LockOSThread() // never unlocked: the thread ends with the test
	ns, err := netns.New()
	assert.NilError(t, err)
	t.Cleanup(func() { assert.NilError(t, ns.Close()) })
	lo, err := netlink.LinkByName("lo")
	assert.NilError(t, err)
	assert.NilError(t, netlink.LinkSetUp(lo))
}

func link(t *testing.T, name string) netlink.Link {
	t.Helper()
	l, err := netlink.LinkByName(name)
	assert.NilError(t, err)
	return l
}

func TestBridgeIsMadeOnceAndKeepsItsAddress(t *testing.T) {
	namespace(t)
	w := Wire{MTU: 1410}
	assert.NilError(t, w.EnsureBridge())
	before := link(t, Bridge).Attrs()
	_, err := w.AddPort("0123456789abcdef", MAC(netip.MustParseAddr("10.32.0.5")))
	assert.NilError(t, err)
	assert.NilError(t, w.EnsureBridge())
	after := link(t, Bridge).Attrs()
	assert.Equal(t, before.Index, after.Index)
	assert.Equal(t, before.HardwareAddr.String(), after.HardwareAddr.String())
	assert.Equal(t, after.MTU, 1410)
	assert.Assert(t, after.Flags&net.FlagUp != 0)
}

func TestUplinkWaitsForTheRouter(t *testing.T) {
	namespace(t)
	w := Wire{MTU: 1410}
	assert.NilError(t, w.EnsureBridge())
	joined, err := w.EnsureUplink()
	assert.NilError(t, err)
	assert.Assert(t, !joined)

	for range 2 { // the router makes its bridge, and makes it again
		attrs := netlink.NewLinkAttrs()
		attrs.Name = RouterBridge
		router := &netlink.Bridge{LinkAttrs: attrs}
		assert.NilError(t, netlink.LinkAdd(router))
		joined, err = w.EnsureUplink()
		assert.NilError(t, err)
		assert.Assert(t, joined)
		assert.Equal(t, link(t, Uplink).Attrs().MasterIndex, link(t, Bridge).Attrs().Index)
		assert.Equal(t, link(t, uplink).Attrs().MasterIndex, link(t, RouterBridge).Attrs().Index)
		assert.NilError(t, netlink.LinkDel(link(t, RouterBridge)))
	}
}

func TestPort(t *testing.T) {
	namespace(t)
	w := Wire{MTU: 1410}
	assert.NilError(t, w.EnsureBridge())
	const id = "0123456789abcdef"
	mac := MAC(netip.MustParseAddr("10.32.0.5"))
	inner, err := w.AddPort(id, mac)
	assert.NilError(t, err)

	attrs := link(t, inner).Attrs()
	assert.Equal(t, attrs.HardwareAddr.String(), "02:42:0a:20:00:05")
	assert.Equal(t, attrs.MTU, 1410)
	assert.Equal(t, link(t, PortName(id)).Attrs().MasterIndex, link(t, Bridge).Attrs().Index)
	e, err := ethtool.NewEthtool()
	assert.NilError(t, err)
	defer e.Close()
	features, err := e.Features(inner)
	assert.NilError(t, err)
	assert.Assert(t, !features["tx-checksum-ip-generic"])

	has, err := w.HasPort(id)
	assert.Assert(t, err == nil && has)
	assert.NilError(t, w.RemovePort(id))
	assert.NilError(t, w.RemovePort(id), "twice is once")
	has, err = w.HasPort(id)
	assert.Assert(t, err == nil && !has)
}

func TestRemoveLeavesNothing(t *testing.T) {
	namespace(t)
	w := Wire{MTU: 1410}
	attrs := netlink.NewLinkAttrs()
	attrs.Name = RouterBridge
	assert.NilError(t, netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attrs}))
	assert.NilError(t, w.EnsureBridge())
	_, err := w.EnsureUplink()
	assert.NilError(t, err)
	assert.NilError(t, w.Remove(false))
	link(t, RouterBridge)
	assert.NilError(t, w.Remove(true))
	assert.NilError(t, w.Remove(true), "twice is once")
	links, err := netlink.LinkList()
	assert.NilError(t, err)
	assert.Equal(t, len(links), 1, "all but loopback is gone")
}

func TestGateway(t *testing.T) {
	namespace(t)
	w := Wire{MTU: 1410}
	assert.NilError(t, w.EnsureBridge())
	subnet, gateway := netip.MustParsePrefix("10.32.0.0/24"), netip.MustParseAddr("10.32.0.64")
	for range 2 {
		assert.NilError(t, w.AddGateway(subnet, gateway))
	}
	assert.NilError(t, w.Collision(subnet), "the fabric does not collide with itself")
	routes, err := netlink.RouteListFiltered(netlink.FAMILY_V4, &netlink.Route{Table: table}, netlink.RT_FILTER_TABLE)
	assert.NilError(t, err)
	assert.Equal(t, len(routes), 1)
	for range 2 {
		assert.NilError(t, w.RemoveGateway(subnet, gateway))
	}
	rules, err := netlink.RuleListFiltered(netlink.FAMILY_V4, &netlink.Rule{Table: table}, netlink.RT_FILTER_TABLE)
	assert.NilError(t, err)
	assert.Equal(t, len(rules), 0)
}

func TestCollisionNamesWhatIsInTheWay(t *testing.T) {
	namespace(t)
	attrs := netlink.NewLinkAttrs()
	attrs.Name = "eth9"
	lan := &netlink.Bridge{LinkAttrs: attrs}
	assert.NilError(t, netlink.LinkAdd(lan))
	assert.NilError(t, netlink.LinkSetUp(lan))
	address, err := netlink.ParseAddr("10.40.1.7/24")
	assert.NilError(t, err)
	assert.NilError(t, netlink.AddrAdd(lan, address))
	assert.NilError(t, netlink.RouteAdd(&netlink.Route{LinkIndex: lan.Attrs().Index, Dst: ipNet(netip.MustParsePrefix("10.50.0.0/16"))}))
	assert.NilError(t, netlink.RouteAdd(&netlink.Route{LinkIndex: lan.Attrs().Index, Dst: ipNet(netip.MustParsePrefix("0.0.0.0/0"))}))

	w := Wire{MTU: 1410}
	assert.ErrorContains(t, w.Collision(netip.MustParsePrefix("10.40.0.0/16")), "10.40.1.7/24 on eth9")
	assert.ErrorContains(t, w.Collision(netip.MustParsePrefix("10.50.3.0/24")), "route to 10.50.0.0/16 by eth9")
	assert.NilError(t, w.Collision(netip.MustParsePrefix("10.60.0.0/24")))
}

func TestNamesFitTheKernel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.StringMatching(`[0-9a-f]{0,64}`).Draw(t, "id")
		assert.Assert(t, len(PortName(id)) <= 15 && len(innerName(id)) <= 15)
		assert.Assert(t, Ours(PortName(id)))
	})
	assert.Assert(t, !Ours("eth0") && !Ours("docker0"))
}
