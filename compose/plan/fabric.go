package plan

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"
	"strconv"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// subnetPlan is how a fabric network's subnet is shared out between hosts.
type subnetPlan struct {
	prefix netip.Prefix
	count  int
	// slices are the numbers of the hosts' slices, by host.
	slices map[string]int
}

// checkRange refuses a range for the fabric in which a machine of the pool
// has its own address: replies to it would get lost.
func (u *up) checkRange() error {
	if !u.Several {
		return nil
	}
	for _, o := range u.State.Observations {
		if a, err := netip.ParseAddr(o.Host.Address); err == nil && u.Range.Contains(a) {
			return fmt.Errorf("x-clocker.network.cidr %s contains the address of host %s (%s); choose a range that none of your machines uses",
				u.Range, o.Host.Name, a)
		}
	}
	return nil
}

// layFabric gives a fabric network on one host its slice of the subnet.
func (u *up) layFabric(n *networkPlan) error {
	s, err := u.subnet(n.key, n.name)
	if err != nil {
		return err
	}
	i, ok := s.slices[n.host]
	if !ok {
		return fmt.Errorf("network %s: its subnet %s is shared out to %d hosts already and has no room for host %s; set x-clocker.network.size to a smaller number, and run down and up",
			n.name, s.prefix, s.count, n.host)
	}
	part, err := slice(s.prefix, s.count, i)
	if err != nil {
		return fmt.Errorf("network %s: %w", n.name, err)
	}
	n.gateway = gateway(s.prefix, part)
	if n.why == "" {
		return nil
	}
	n.spec, err = u.fabricSpec(n, s, part, i)
	return err
}

// fabricSpec is the network as every host creates it, but for its slice.
func (u *up) fabricSpec(n *networkPlan, s subnetPlan, part netip.Prefix, i int) (hosts.NetworkSpec, error) {
	spec, err := container.NetworkSpec(u.Project, n.key)
	if err != nil {
		return spec, err
	}
	spec.Driver = hosts.FabricDriver
	spec.Options = map[string]string{hosts.OptionZone: n.name}
	spec.IPAMDriver, spec.IPAMOptions = "", nil
	spec.IPAM = []hosts.IPAM{{Subnet: s.prefix, Range: part, Gateway: n.gateway}}
	if spec.EnableIPv6 != nil && *spec.EnableIPv6 {
		u.warn("network %s: the fabric carries IPv4 only; enable_ipv6 is ignored on a pool of several hosts", n.name)
	}
	spec.EnableIPv6, spec.EnableIPv4 = nil, nil
	if spec.Labels == nil {
		spec.Labels = map[string]string{}
	}
	spec.Labels[hosts.LabelFabric] = "weave"
	spec.Labels[hosts.LabelSlice] = strconv.Itoa(i) + "/" + strconv.Itoa(s.count)
	return spec, nil
}

// subnet is the plan of a network's subnet, made once for all hosts: what the
// hosts have already, else what the user says, else a free one.
func (u *up) subnet(key, name string) (subnetPlan, error) {
	if s, known := u.subnets[key]; known {
		return s, nil
	}
	s := subnetPlan{count: sliceCount(len(u.State.Observations)), slices: map[string]int{}}
	u.adopt(&s, name)
	asked, err := u.askedSubnet(key, name)
	switch {
	case err != nil:
		return s, err
	case asked.IsValid() && asked != s.prefix:
		s.prefix, s.slices = asked, map[string]int{}
	case !s.prefix.IsValid():
		s.prefix, err = freeSubnet(u.Range, subnetBits(u.Size, len(u.State.Observations)), name, u.taken())
	}
	if err != nil {
		return s, err
	}
	s.share(u.State)
	if u.subnets == nil {
		u.subnets = map[string]subnetPlan{}
	}
	u.subnets[key] = s
	return s, nil
}

// adopt takes over the subnet and the slices that hosts have already.
func (u *up) adopt(s *subnetPlan, name string) {
	for i := range u.State.Observations {
		o := &u.State.Observations[i]
		n := state.Network(o, name)
		if n == nil || n.Driver != hosts.FabricDriver || len(n.Subnets) == 0 {
			continue
		}
		sub := n.Subnets[0]
		if !s.prefix.IsValid() {
			s.prefix = sub.Prefix.Masked()
			s.count = 1 << max(0, sub.Range.Bits()-sub.Prefix.Bits())
		}
		s.slices[o.Host.Name] = indexOf(s.prefix, sub.Range)
	}
}

// indexOf is the number of a slice in its subnet.
func indexOf(subnet, part netip.Prefix) int {
	a, b := subnet.Masked().Addr().As4(), part.Masked().Addr().As4()
	distance := 0
	for i := range a {
		distance = distance<<8 + int(b[i]) - int(a[i])
	}
	return distance >> (32 - part.Bits())
}

// share gives each host without a slice the lowest free one. Hosts that don't
// answer come first: one of the free slices may be theirs already, and they
// were there before any host that is new.
func (s *subnetPlan) share(pool state.Snapshot) {
	used := map[int]bool{}
	for _, i := range s.slices {
		used[i] = true
	}
	for _, ready := range []bool{false, true} {
		for _, o := range pool.Observations {
			if _, has := s.slices[o.Host.Name]; has || o.Host.Status.Ready != ready {
				continue
			}
			if i := lowestFree(used, s.count); i < s.count {
				s.slices[o.Host.Name], used[i] = i, true
			}
		}
	}
}

func lowestFree(used map[int]bool, count int) int {
	for i := range count {
		if !used[i] {
			return i
		}
	}
	return count
}

// askedSubnet is the subnet that the compose file gives the network.
func (u *up) askedSubnet(key, name string) (netip.Prefix, error) {
	for _, pool := range u.Project.Networks[key].Ipam.Config {
		p, err := netip.ParsePrefix(pool.Subnet)
		if err != nil || !p.Addr().Is4() {
			continue // compose-go has checked it; IPv6 isn't carried
		}
		if len := p.Bits() + bits.TrailingZeros(minSlices); len > maxSliceBits {
			return p, fmt.Errorf("network %s: subnet %s is too small for a pool of several hosts; it must be /%d or larger", name, p, maxSliceBits-bits.TrailingZeros(minSlices))
		}
		for _, o := range u.State.Observations {
			if by := collision(o, p, name); by != "" {
				return p, fmt.Errorf("network %s: subnet %s collides with %s of host %s; choose another range", name, p, by, o.Host.Name)
			}
		}
		return p.Masked(), nil
	}
	return netip.Prefix{}, nil
}

// collision is what of the host a subnet overlaps, "" for nothing.
func collision(o hosts.Observation, p netip.Prefix, name string) string {
	if a, err := netip.ParseAddr(o.Host.Address); err == nil && p.Contains(a) {
		return "the address " + a.String()
	}
	for _, n := range o.Networks {
		for _, s := range n.Subnets {
			if n.Name != name && s.Prefix.Overlaps(p) {
				return "network " + n.Name + " (" + s.Prefix.String() + ")"
			}
		}
	}
	return ""
}

// taken are all address ranges that the pool's hosts use.
func (u *up) taken() []netip.Prefix {
	var used []netip.Prefix
	for _, o := range u.State.Observations {
		if a, err := netip.ParseAddr(o.Host.Address); err == nil {
			used = append(used, netip.PrefixFrom(a, a.BitLen()))
		}
		for _, n := range o.Networks {
			for _, s := range n.Subnets {
				used = append(used, s.Prefix)
			}
		}
	}
	for _, s := range u.subnets {
		used = append(used, s.prefix)
	}
	return slices.Clip(used)
}

// joinFabric adds a step for each host that gets a replica and isn't joined.
func (u *up) joinFabric() error {
	u.joins = map[string]string{}
	if !u.Several {
		return nil
	}
	used := u.hostsUsed()
	for _, name := range used {
		if u.Joined[name] || !u.hasFabricNetwork(name) {
			continue
		}
		h := u.State.Host(name).Host
		if h.Address == "" {
			return fmt.Errorf("host %s (%s) has no address at which the other hosts can reach it; set its address where its location is declared", name, h.Endpoint)
		}
		u.joins[name] = u.add(name, JoinFabric{Host: h, Peers: u.peers(name, used)}, ReasonFabric)
	}
	return nil
}

func (u *up) hasFabricNetwork(host string) bool {
	for id, n := range u.networks {
		if id[0] == host && n.fabric {
			return true
		}
	}
	return false
}

// peers are the addresses of the other hosts that are, or come to be, on the fabric.
func (u *up) peers(host string, used []string) []string {
	var peers []string
	for _, o := range u.State.Observations {
		other := o.Host.Name
		if other != host && o.Host.Address != "" && (u.Joined[other] || slices.Contains(used, other)) {
			peers = append(peers, o.Host.Address)
		}
	}
	return peers
}
