package plan

import (
	"fmt"
	"math/bits"
	"net/netip"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// subnetPlan is how a fabric network's subnet is shared out between hosts.
type subnetPlan struct {
	prefix netip.Prefix
	count  int
	// slices are the numbers of the hosts' slices, by host.
	slices map[string]int
	// crowd is how many replicas the fullest host is to have on the network.
	crowd int
}

// subnet is the plan of a network's subnet, made once for all hosts: what the
// hosts have already, else what the user says, else a free one.
func (u *up) subnet(key, name string) (subnetPlan, error) {
	if s, known := u.subnets[key]; known {
		return s, nil
	}
	s, crowd := u.adopt(name), u.crowd(key)
	asked, err := u.askedSubnet(key, name)
	switch {
	case err != nil:
		return s, err
	case asked.IsValid() && asked != s.prefix:
		s = subnetPlan{prefix: asked, count: sliceCount(u.reach()), slices: map[string]int{}}
	case !s.prefix.IsValid():
		s.prefix, err = freeSubnet(u.Range, subnetBits(u.Size, u.reach(), crowd), name, u.taken())
	}
	if err != nil {
		return s, err
	}
	s.crowd = crowd
	s.share(u.State)
	if u.subnets == nil {
		u.subnets = map[string]subnetPlan{}
	}
	u.subnets[key] = s
	return s, nil
}

// mostReach bounds for how many hosts a network is laid out before they are there.
const mostReach = 128

// reach is how many hosts networks are laid out for, which may double later: those
// of the pool, or half of what there may be once all that can be made is.
func (u *up) reach() int {
	n := len(u.State.Observations)
	to := n
	for i := range u.Fleets {
		to += u.Fleets[i].room()
	}
	return max(n, min(mostReach, (to+1)/2))
}

// crowd is how many replicas of the network the fullest host is to have.
func (u *up) crowd(key string) int {
	count, most := map[string]int{}, 0
	for _, r := range u.replicas {
		if slices.Contains(networkKeys(r.service), key) {
			count[r.host]++
			most = max(most, count[r.host])
		}
	}
	return most
}

// adopt takes over the subnet that most hosts have already, and their slices of
// it. A slice that two hosts claim is the first one's.
func (u *up) adopt(name string) subnetPlan {
	type shape struct {
		prefix netip.Prefix
		count  int
	}
	votes, most := map[shape]int{}, shape{count: sliceCount(u.reach())}
	u.eachSlice(name, func(_ string, subnet, part netip.Prefix) {
		v := shape{subnet, 1 << (part.Bits() - subnet.Bits())}
		if votes[v]++; votes[v] > votes[most] {
			most = v
		}
	})
	s, used := subnetPlan{prefix: most.prefix, count: most.count, slices: map[string]int{}}, map[int]bool{}
	u.eachSlice(name, func(host string, subnet, part netip.Prefix) {
		i := indexOf(subnet, part)
		if (shape{subnet, 1 << (part.Bits() - subnet.Bits())}) == most && !used[i] {
			s.slices[host], used[i] = i, true
		}
	})
	return s
}

// eachSlice calls see for each host that has the network on the fabric.
func (u *up) eachSlice(name string, see func(host string, subnet, part netip.Prefix)) {
	for i := range u.State.Observations {
		o := &u.State.Observations[i]
		n := state.Network(o, name)
		if !onFabric(n) || len(n.Subnets) == 0 {
			continue
		}
		subnet, part := n.Subnets[0].Prefix.Masked(), n.Subnets[0].Range.Masked()
		if part.IsValid() && part.Bits() >= subnet.Bits() && subnet.Contains(part.Addr()) {
			see(o.Host.Name, subnet, part)
		}
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
		if p.Bits()+bits.TrailingZeros(minSlices) > maxSliceBits {
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
