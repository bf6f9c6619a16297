package driver

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/driver/protocol"
	"github.com/clocker-compose/clocker-compose/weave/driver/store"
)

// host is a host in memory: links, listeners and pins.
type host struct {
	collision error
	deaf      error
	gateways  map[netip.Addr]bool
	answers   map[netip.Addr]bool
	ports     map[string]string
	pinned    []string
	published int
	notes     []string
}

func newHost() *host {
	return &host{gateways: map[netip.Addr]bool{}, answers: map[netip.Addr]bool{}, ports: map[string]string{}}
}

func (h *host) Collision(netip.Prefix) error { return h.collision }
func (h *host) AddGateway(_ netip.Prefix, a netip.Addr) error {
	h.gateways[a] = true
	return nil
}

func (h *host) RemoveGateway(_ netip.Prefix, a netip.Addr) error {
	delete(h.gateways, a)
	return nil
}

func (h *host) AddPort(endpoint string, mac net.HardwareAddr) (string, error) {
	h.ports[endpoint] = mac.String()
	return "inner-" + endpoint, nil
}

func (h *host) RemovePort(endpoint string) error {
	delete(h.ports, endpoint)
	return nil
}

func (h *host) HasPort(endpoint string) (bool, error) {
	_, ok := h.ports[endpoint]
	return ok, nil
}

func (h *host) Listen(a netip.Addr) error {
	if h.deaf != nil {
		return h.deaf
	}
	h.answers[a] = true
	return nil
}
func (h *host) Silence(a netip.Addr) { delete(h.answers, a) }
func (h *host) pin(_ []store.Network, endpoints []store.Endpoint) error {
	h.pinned = nil
	for _, e := range endpoints {
		if e.Sandbox != "" {
			h.pinned = append(h.pinned, e.ID+" "+e.Address.String())
		}
	}
	return nil
}

func start(t *testing.T, h *host, path string) *Driver {
	t.Helper()
	s, err := store.Open(path)
	assert.NilError(t, err)
	d := New(Parts{
		Store: s, Links: h, Names: h, Pin: h.pin, Log: slog.New(slog.DiscardHandler),
		Publish: func(context.Context) error { h.published++; return nil },
		Note: func(problem string) error {
			h.notes = append(h.notes, problem)
			return nil
		},
	})
	assert.NilError(t, d.Restore())
	return d
}

func file(t *testing.T) string { return filepath.Join(t.TempDir(), "driver.json") }

func createNetwork(id, zone, third string) protocol.CreateNetwork {
	return protocol.CreateNetwork{
		NetworkID: id,
		Options:   map[string]any{"com.docker.network.generic": map[string]any{hosts.OptionZone: zone}},
		IPv4Data:  []protocol.Pool{{Pool: "10.32." + third + ".0/24", Gateway: "10.32." + third + ".1/24"}},
	}
}

// enter creates an endpoint and joins it.
func enter(t *testing.T, d *Driver, network, id, address, sandbox string, options map[string]any) {
	t.Helper()
	_, err := d.CreateEndpoint(t.Context(), protocol.CreateEndpoint{
		NetworkID: network, EndpointID: id, Interface: &protocol.Interface{Address: address}, Options: options,
	})
	assert.NilError(t, err)
	joined, err := d.Join(t.Context(), protocol.Join{NetworkID: network, EndpointID: id, SandboxKey: sandbox})
	assert.NilError(t, err)
	assert.Equal(t, joined.InterfaceName.SrcName, "inner-"+id)
}

func TestLifeOfAContainer(t *testing.T) {
	h := newHost()
	d := start(t, h, file(t))
	gateway := netip.MustParseAddr("10.32.0.1")
	assert.NilError(t, d.CreateNetwork(t.Context(), createNetwork("n1", "shop_default", "0")))
	assert.Assert(t, h.gateways[gateway] && h.answers[gateway])

	enter(t, d, "n1", "e1", "10.32.0.5/24", "s1", map[string]any{hosts.OptionNames: "Web, shop-web-1", hosts.OptionLinks: "store=shop-db-1"})
	assert.DeepEqual(t, h.ports, map[string]string{"e1": "02:42:0a:20:00:05"})
	assert.DeepEqual(t, h.pinned, []string{"e1 10.32.0.5"})
	assert.Equal(t, len(d.Local("shop_default", "web")), 1)
	assert.Equal(t, len(d.Records()), 2)
	asker, known := d.Asker(netip.MustParseAddr("10.32.0.5"))
	assert.Assert(t, known)
	assert.DeepEqual(t, asker.Links, map[string]string{"store": "shop-db-1"})

	assert.NilError(t, d.Leave(t.Context(), protocol.Endpoint{NetworkID: "n1", EndpointID: "e1"}))
	assert.Equal(t, len(h.ports)+len(h.pinned)+len(d.Records()), 0)
	assert.Equal(t, h.published, 2)
	assert.NilError(t, d.DeleteEndpoint(t.Context(), protocol.Endpoint{NetworkID: "n1", EndpointID: "e1"}))
	assert.NilError(t, d.DeleteNetwork(t.Context(), protocol.DeleteNetwork{NetworkID: "n1"}))
	assert.Equal(t, len(h.gateways)+len(h.answers), 0)
}

func TestAskerHasAllNetworksOfItsContainerAndNoOthers(t *testing.T) {
	d := start(t, newHost(), file(t))
	for third, n := range map[string]string{"0": "n1", "1": "n2", "2": "n3"} {
		assert.NilError(t, d.CreateNetwork(t.Context(), createNetwork(n, "zone-"+n, third)))
	}
	enter(t, d, "n1", "e1", "10.32.0.5/24", "s1", nil)
	enter(t, d, "n2", "e2", "10.32.1.5/24", "s1", nil)
	enter(t, d, "n3", "e3", "10.32.2.5/24", "s2", nil)
	asker, _ := d.Asker(netip.MustParseAddr("10.32.1.5"))
	var zones []string
	for _, n := range asker.Networks {
		zones = append(zones, n.Zone)
	}
	assert.DeepEqual(t, zones, []string{"zone-n1", "zone-n2"})
}

func TestRestartKeepsTheLivingAndForgetsTheDead(t *testing.T) {
	h, path := newHost(), file(t)
	d := start(t, h, path)
	assert.NilError(t, d.CreateNetwork(t.Context(), createNetwork("n1", "shop_default", "0")))
	enter(t, d, "n1", "alive", "10.32.0.5/24", "s1", map[string]any{hosts.OptionNames: "web"})
	enter(t, d, "n1", "dead", "10.32.0.6/24", "s2", map[string]any{hosts.OptionNames: "web"})
	delete(h.ports, "dead")
	h.gateways, h.answers, h.pinned = map[netip.Addr]bool{}, map[netip.Addr]bool{}, nil

	d = start(t, h, path)
	assert.DeepEqual(t, h.pinned, []string{"alive 10.32.0.5"})
	assert.Assert(t, h.answers[netip.MustParseAddr("10.32.0.1")])
	assert.Equal(t, len(d.Local("shop_default", "web")), 1)
}

func TestRepairForgetsWhoDiedUnseen(t *testing.T) {
	h := newHost()
	d := start(t, h, file(t))
	assert.NilError(t, d.CreateNetwork(t.Context(), createNetwork("n1", "shop_default", "0")))
	enter(t, d, "n1", "e1", "10.32.0.5/24", "s1", map[string]any{hosts.OptionNames: "web"})
	delete(h.ports, "e1")
	assert.NilError(t, d.repair())
	assert.Equal(t, len(d.Records())+len(h.pinned), 0)
}

func TestProblemsAreToldOnceAndTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHost()
		d := start(t, h, file(t))
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		go d.Tend(ctx, time.Second, func() error {
			if second := time.Since(start) / time.Second; second >= 3 && second < 7 {
				return errors.New("no way through")
			}
			return nil
		})
		time.Sleep(10 * time.Second)
		cancel()
		synctest.Wait()
		assert.DeepEqual(t, h.notes, []string{"", "no way through", ""})
	})
}

func TestAddressIsOfWhoHadItLast(t *testing.T) {
	h := newHost()
	d := start(t, h, file(t))
	assert.NilError(t, d.CreateNetwork(t.Context(), createNetwork("n1", "shop_default", "0")))
	enter(t, d, "n1", "old", "10.32.0.5/24", "s1", nil)
	enter(t, d, "n1", "new", "10.32.0.5/24", "s2", nil)
	assert.DeepEqual(t, h.pinned, []string{"new 10.32.0.5"})
}

func TestRefusedNetworkLeavesNothing(t *testing.T) {
	for _, c := range []struct {
		title  string
		change func(*host, *protocol.CreateNetwork)
		want   string
	}{
		{"collision", func(h *host, _ *protocol.CreateNetwork) { h.collision = errors.New("overlaps eth0") }, "overlaps eth0"},
		{"port 53 is taken", func(h *host, _ *protocol.CreateNetwork) { h.deaf = errors.New("address in use") }, "address in use"},
		{"IPv6", func(_ *host, r *protocol.CreateNetwork) { r.IPv6Data = []protocol.Pool{{Pool: "fd00::/64"}} }, "no IPv6"},
		{"no subnet", func(_ *host, r *protocol.CreateNetwork) { r.IPv4Data = nil }, "one IPv4 subnet"},
		{"no gateway", func(_ *host, r *protocol.CreateNetwork) { r.IPv4Data[0].Gateway = "" }, "read gateway"},
	} {
		t.Run(c.title, func(t *testing.T) {
			h := newHost()
			d := start(t, h, file(t))
			r := createNetwork("n1", "shop_default", "0")
			c.change(h, &r)
			assert.ErrorContains(t, d.CreateNetwork(t.Context(), r), c.want)
			assert.Equal(t, len(h.gateways)+len(h.answers)+len(d.Store.Networks()), 0)
		})
	}
}

func TestStrangersAreToldWhatToDo(t *testing.T) {
	d := start(t, newHost(), file(t))
	_, err := d.CreateEndpoint(t.Context(), protocol.CreateEndpoint{NetworkID: "n1", EndpointID: "e1"})
	assert.ErrorContains(t, err, "remove the network and create it again")
	_, err = d.Join(t.Context(), protocol.Join{NetworkID: "n1", EndpointID: "e1"})
	assert.ErrorContains(t, err, "start the container again")
	assert.NilError(t, d.Leave(t.Context(), protocol.Endpoint{EndpointID: "e1"}))
	assert.NilError(t, d.DeleteEndpoint(t.Context(), protocol.Endpoint{EndpointID: "e1"}))
	assert.NilError(t, d.DeleteNetwork(t.Context(), protocol.DeleteNetwork{NetworkID: "n1"}))
}

func TestChosenHardwareAddressIsKept(t *testing.T) {
	h := newHost()
	d := start(t, h, file(t))
	assert.NilError(t, d.CreateNetwork(t.Context(), createNetwork("n1", "shop_default", "0")))
	answer, err := d.CreateEndpoint(t.Context(), protocol.CreateEndpoint{
		NetworkID: "n1", EndpointID: "e1", Interface: &protocol.Interface{Address: "10.32.0.5/24", MacAddress: "02:00:00:00:00:09"},
	})
	assert.NilError(t, err)
	assert.Equal(t, answer.Interface.MacAddress, "", "the engine refuses to hear its own choice again")
	_, err = d.Join(t.Context(), protocol.Join{NetworkID: "n1", EndpointID: "e1", SandboxKey: "s"})
	assert.NilError(t, err)
	assert.Equal(t, h.ports["e1"], "02:00:00:00:00:09")
}
