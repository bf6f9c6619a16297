package conformance

import (
	"crypto/rand"
	"errors"
	"net/netip"
	"slices"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/network"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// subnet is a /24 of 10.213.0.0/16 at random: tests run side by side.
func subnet() netip.Prefix {
	var b [1]byte
	_, _ = rand.Read(b[:])
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, 213, b[0], 0}), 24)
}

// addressed makes a network whose addresses come from the upper half of its
// subnet, and tries other subnets while they are taken.
func (s *suite) addressed(name string) hosts.IPAM {
	s.Helper()
	for range 20 {
		p := subnet()
		bytes := p.Addr().As4()
		bytes[3] = 128
		ipam := hosts.IPAM{Subnet: p, Range: netip.PrefixFrom(netip.AddrFrom4(bytes), 25), Gateway: netip.AddrFrom4(bytes).Next()}
		id, err := s.CreateNetwork(s.ctx, hosts.NetworkSpec{Name: s.name(name), IPAM: []hosts.IPAM{ipam}})
		if err == nil {
			s.Cleanup(func() { _ = s.RemoveNetwork(s.ctx, id) })
			return ipam
		}
		assert.Assert(s, errors.Is(err, hosts.ErrConflict), "%v", err)
	}
	s.Fatal("no subnet is free")
	return hosts.IPAM{}
}

// on is a container on networks.
func (s *suite) on(name string, networks ...string) hosts.ContainerSpec {
	spec := s.spec(name, "sleep 600")
	for _, n := range networks {
		spec.Networks = append(spec.Networks, hosts.NetworkAttachment{Network: s.name(n), Endpoint: &network.EndpointSettings{}})
	}
	spec.HostConfig.NetworkMode = container.NetworkMode(s.name(networks[0]))
	return spec
}

func testNetworks(s *suite) {
	spec := hosts.NetworkSpec{Name: s.name("net"), Driver: "bridge", Internal: true, Labels: map[string]string{"a": "b"}}
	id := s.network(spec)
	_, err := s.CreateNetwork(s.ctx, spec)
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "a second network of the name: %v", err)
	n := s.observedNetwork(id)
	assert.Check(s, cmp.Equal(n.Name, s.name("net")))
	assert.Check(s, cmp.Equal(n.Driver, "bridge"))
	assert.Check(s, n.Internal)
	assert.Check(s, cmp.Equal(n.Labels["a"], "b"))
	assert.Check(s, len(n.Subnets) > 0)

	c := s.start(s.on("member", "net"))
	err = s.RemoveNetwork(s.ctx, id)
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "a network in use: %v", err)
	assert.NilError(s, s.RemoveContainer(s.ctx, c, true, true))
	assert.NilError(s, s.RemoveNetwork(s.ctx, s.name("net")))
}

func (s *suite) observedNetwork(id string) hosts.Network {
	s.Helper()
	o, err := s.Observe(s.ctx)
	assert.NilError(s, err)
	i := slices.IndexFunc(o.Networks, func(n hosts.Network) bool { return n.ID == id })
	assert.Assert(s, i >= 0, "network %s is not observed", id)
	return o.Networks[i]
}

func testAddresses(s *suite) {
	ipam := s.addressed("net")
	_, err := s.CreateNetwork(s.ctx, hosts.NetworkSpec{Name: s.name("same"), IPAM: []hosts.IPAM{{Subnet: ipam.Subnet}}})
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "a subnet that is taken: %v", err)

	first := s.start(s.on("first", "net"))
	c, _ := s.observed(first)
	assert.Assert(s, cmp.Len(c.Attachments, 1))
	at := c.Attachments[0]
	assert.Check(s, cmp.Equal(at.Network, s.name("net")))
	assert.Check(s, ipam.Range.Contains(at.Address), "%s is not in %s", at.Address, ipam.Range)
	assert.Check(s, at.Address != ipam.Gateway)

	second := s.on("second", "net")
	second.Networks[0].Endpoint.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: at.Address}
	id, err := s.CreateContainer(s.ctx, second)
	if err == nil {
		s.Cleanup(func() { _ = s.RemoveContainer(s.ctx, id, true, true) })
		err = s.StartContainer(s.ctx, id)
	}
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "an address that is taken: %v", err)

	assert.NilError(s, s.StopContainer(s.ctx, first, hosts.StopOptions{Timeout: now()}))
	c, _ = s.observed(first)
	assert.Check(s, !c.Attachments[0].Address.IsValid(), "a stopped container keeps no address")
	assert.NilError(s, s.StartContainer(s.ctx, id), "the address is free again")
}

func testSeveralNetworks(s *suite) {
	a, b := s.addressed("a"), s.addressed("b")
	fixed := netip.PrefixFrom(b.Range.Addr(), 32).Addr().Next().Next().Next()
	spec := s.on("both", "a", "b")
	spec.Networks[1].Endpoint.IPAMConfig = &network.EndpointIPAMConfig{IPv4Address: fixed}
	id := s.start(spec)
	c, _ := s.observed(id)
	assert.Assert(s, cmp.Len(c.Attachments, 2))
	assert.Check(s, a.Range.Contains(c.Attachments[0].Address))
	assert.Check(s, cmp.Equal(c.Attachments[1].Address, fixed))

	assert.NilError(s, s.DisconnectNetwork(s.ctx, s.name("b"), id, false))
	c, _ = s.observed(id)
	assert.Check(s, cmp.Len(c.Attachments, 1))
	assert.NilError(s, s.ConnectNetwork(s.ctx, s.name("b"), id, &network.EndpointSettings{Aliases: []string{"alias"}}))
	c, _ = s.observed(id)
	assert.Assert(s, cmp.Len(c.Attachments, 2))
	assert.Check(s, b.Range.Contains(c.Attachments[1].Address))
}

func testPorts(s *suite) {
	s.network(hosts.NetworkSpec{Name: s.name("net")})
	port := network.MustParsePort("80/tcp")
	publish := func(name, hostPort string) hosts.ContainerSpec {
		spec := s.on(name, "net")
		spec.Config.ExposedPorts = network.PortSet{port: {}}
		spec.HostConfig.PortBindings = network.PortMap{port: {{HostIP: netip.MustParseAddr("127.0.0.1"), HostPort: hostPort}}}
		return spec
	}
	id := s.start(publish("any", ""))
	c, _ := s.observed(id)
	assert.Assert(s, cmp.Len(c.Ports, 1))
	p := c.Ports[0]
	assert.Check(s, p.HostPort != 0)
	assert.Check(s, cmp.DeepEqual(p, hosts.PublishedPort{HostIP: "127.0.0.1", HostPort: p.HostPort, ContainerPort: 80, Protocol: "tcp"}))
	assert.Check(s, cmp.DeepEqual(s.inspect(id).Ports, c.Ports))

	same := s.create(publish("same", hostPort(p)))
	err := s.StartContainer(s.ctx, same)
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "a port that is taken: %v", err)
	assert.NilError(s, s.StopContainer(s.ctx, id, hosts.StopOptions{Timeout: now()}))
	assert.NilError(s, s.StartContainer(s.ctx, same), "the port is free again")
}
