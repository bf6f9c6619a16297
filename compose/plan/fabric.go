package plan

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

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
	if s.crowd > room(part) && (n.own || n.existing == nil) {
		return fmt.Errorf("network %s: its subnet %s has room for %d containers on each host, and one is to have %d; make it larger with x-clocker.network.size, or in ipam, and run down and up",
			n.name, s.prefix, room(part), s.crowd)
	}
	n.gateway = gateway(s.prefix, part)
	if n.why == "" && n.own && n.strays(s.prefix, part) {
		n.why = ReasonNetworkChanged
	}
	if n.why == "" {
		return nil
	}
	n.spec, err = u.fabricSpec(n, s, part, i)
	return err
}

// strays tells that the host's network isn't the part of the subnet that the
// host has: it was made while the others didn't answer, or they were made again
// while it didn't.
func (n *networkPlan) strays(subnet, part netip.Prefix) bool {
	for _, have := range n.existing.Subnets {
		if have.Prefix.Masked() == subnet && have.Range.Masked() == part {
			return false
		}
	}
	return true
}

// fabricSpec is the network as every host creates it, but for its slice.
func (u *up) fabricSpec(n *networkPlan, s subnetPlan, part netip.Prefix, i int) (hosts.NetworkSpec, error) {
	spec, err := u.wholeSpec(n)
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

// wholeSpec is the network as the files have it or, for an external one, as
// the hosts that have it already do.
func (u *up) wholeSpec(n *networkPlan) (hosts.NetworkSpec, error) {
	if !bool(u.Project.Networks[n.key].External) {
		return container.NetworkSpec(u.Project, n.key)
	}
	for i := range u.State.Observations {
		if have := state.Network(&u.State.Observations[i], n.name); onFabric(have) {
			return hosts.NetworkSpec{Name: n.name, Internal: have.Internal, Labels: maps.Clone(have.Labels)}, nil
		}
	}
	return hosts.NetworkSpec{}, fmt.Errorf("network %s declared as external, but could not be found on any host", n.name)
}

// onFabric tells whether a host's network, which may be nil, is on the fabric.
func onFabric(n *hosts.Network) bool { return n != nil && n.Driver == hosts.FabricDriver }

// joinFabric adds a step for each host that gets a replica and isn't joined.
func (u *up) joinFabric() error {
	u.joins = map[string]string{}
	if !u.Several {
		return nil
	}
	used := u.hostsOnFabric()
	members := u.members(used)
	for _, name := range used {
		if u.Joined[name] {
			continue
		}
		h := u.State.Host(name).Host
		if why := u.Refused[name]; why != "" {
			return fmt.Errorf("host %s can't be joined: %s", name, why)
		}
		if h.Address == "" {
			return fmt.Errorf("host %s (%s) has no address at which the other hosts can reach it; set its address where its location is declared", name, h.Endpoint)
		}
		u.joins[name] = u.add(name, JoinFabric{Host: h, Peers: members.but(h)}, ReasonFabric)
	}
	u.warnOfFabric(sortedKeys(u.joins))
	u.introduce(members)
	return nil
}

// introduce tells the hosts that are on the fabric already of those that join.
// Routers find each other by word of mouth, but after a power cut one connects
// only with those it was told of itself.
func (u *up) introduce(members members) {
	if len(u.joins) == 0 {
		return
	}
	for _, o := range u.State.Ready() {
		if name := o.Host.Name; u.Joined[name] && u.joins[name] == "" && o.Host.Address != "" {
			u.add(name, JoinFabric{Host: o.Host, Peers: members.but(o.Host)}, ReasonPeers)
		}
	}
}

// warnOfFabric tells what joining does to others: all projects on a host share
// its router.
func (u *up) warnOfFabric(joining []string) {
	if len(joining) > 0 && !u.Project.Clocker.Network.Encrypt {
		u.warn("x-clocker.network.encrypt is false: what goes from host to host will be readable on its way, for all projects on these hosts")
	}
	if again := slices.DeleteFunc(joining, func(name string) bool { return !hasRouter(u.State.Host(name)) }); len(again) > 0 {
		u.warn("the container network of %s is set up anew, for all projects there: it was left unfinished, or has another version, key or settings than yours",
			strings.Join(again, ", "))
	}
}

func hasRouter(o *hosts.Observation) bool {
	return slices.ContainsFunc(o.Containers, func(c hosts.Container) bool { return c.Labels[hosts.LabelFabric] == "router" })
}

// hostsOnFabric are the hosts that have, or come to have, a fabric network, sorted.
func (u *up) hostsOnFabric() []string {
	on := map[string]bool{}
	for id, n := range u.networks {
		if n.fabric {
			on[id[0]] = true
		}
	}
	return sortedKeys(on)
}

// members are the hosts that are, or come to be, on the fabric.
type members []hosts.Host

func (u *up) members(used []string) members {
	var m members
	for _, o := range u.State.Observations {
		name := o.Host.Name
		if _, comes := slices.BinarySearch(used, name); o.Host.Address != "" && (comes || u.Joined[name]) {
			m = append(m, o.Host)
		}
	}
	return m
}

// but are the addresses at which one host reaches all others.
func (m members) but(host hosts.Host) []string {
	var addresses []string
	for _, other := range m {
		if other.Name != host.Name {
			addresses = append(addresses, other.AddressFor(host))
		}
	}
	return addresses
}
