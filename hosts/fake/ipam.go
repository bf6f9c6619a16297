package fake

import (
	"cmp"
	"net/netip"
	"slices"

	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// defaultSubnet is 172.N.0.0/16.
func defaultSubnet(n byte) hosts.Subnet {
	return hosts.Subnet{
		Prefix:  netip.PrefixFrom(netip.AddrFrom4([4]byte{172, n, 0, 0}), 16),
		Gateway: netip.AddrFrom4([4]byte{172, n, 0, 1}),
	}
}

// subnetsFor checks the subnets that are asked for, or chooses one.
func (s *state) subnetsFor(wanted []hosts.IPAM) ([]hosts.Subnet, error) {
	if len(wanted) == 0 {
		return s.freeSubnet()
	}
	var all []hosts.Subnet
	for _, w := range wanted {
		if s.subnetTaken(w.Subnet) {
			return nil, conflict("Pool overlaps with other one on this address space")
		}
		gateway := w.Gateway
		if !gateway.IsValid() {
			gateway = cmp.Or(w.Range, w.Subnet).Masked().Addr().Next()
		}
		all = append(all, hosts.Subnet{Prefix: w.Subnet, Range: w.Range, Gateway: gateway})
	}
	return all, nil
}

func (s *state) freeSubnet() ([]hosts.Subnet, error) {
	for n := byte(18); n < 32; n++ {
		if subnet := defaultSubnet(n); !s.subnetTaken(subnet.Prefix) {
			return []hosts.Subnet{subnet}, nil
		}
	}
	return nil, conflict("could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network")
}

func (s *state) subnetTaken(p netip.Prefix) bool {
	for _, n := range s.Networks {
		if slices.ContainsFunc(n.Subnets, func(taken hosts.Subnet) bool { return taken.Prefix.Overlaps(p) }) {
			return true
		}
	}
	return false
}

// takeAddresses gives a container an address on each of its networks, or fails
// where a network was removed meanwhile.
func (s *state) takeAddresses(r *record) error {
	for i := range r.Attached {
		a := &r.Attached[i]
		n, err := s.network(a.NetworkID)
		if err != nil {
			return err
		}
		if a.Address, err = s.address(n, a.Endpoint); err != nil {
			return err
		}
	}
	return nil
}

// address is the one that the endpoint asks for, or the first that is free in
// the network's range; none where the network has no subnet.
func (s *state) address(n *hosts.Network, endpoint *network.EndpointSettings) (netip.Addr, error) {
	if len(n.Subnets) == 0 {
		return netip.Addr{}, nil
	}
	taken := s.addresses(n)
	if endpoint != nil && endpoint.IPAMConfig != nil && endpoint.IPAMConfig.IPv4Address.IsValid() {
		wanted := endpoint.IPAMConfig.IPv4Address
		if taken[wanted] {
			return netip.Addr{}, conflict("Address already in use")
		}
		return wanted, nil
	}
	pool := cmp.Or(n.Subnets[0].Range, n.Subnets[0].Prefix).Masked()
	for a := pool.Addr(); pool.Contains(a); a = a.Next() {
		if !taken[a] && a != n.Subnets[0].Prefix.Masked().Addr() {
			return a, nil
		}
	}
	return netip.Addr{}, conflict("no available IPv4 addresses on this network's address pools: %s (%s)", n.Name, n.ID)
}

// addresses are those in use on a network.
func (s *state) addresses(n *hosts.Network) map[netip.Addr]bool {
	taken := map[netip.Addr]bool{}
	for _, subnet := range n.Subnets {
		taken[subnet.Gateway] = true
	}
	for _, r := range s.Containers {
		if a := r.on(n); a != nil && a.Address.IsValid() {
			taken[a.Address] = true
		}
	}
	return taken
}
