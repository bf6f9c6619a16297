package plan

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// networkPlan is one compose network on one host.
type networkPlan struct {
	host, key, name string
	fabric          bool
	// own networks were created for this project.
	own bool
	// existing is what the host has under that name, nil for nothing.
	existing *hosts.Network
	// why it has to be created, "" where the existing one stays.
	why Reason
	// spec is what to create; gateway is that of the existing or new network.
	spec    hosts.NetworkSpec
	gateway netip.Addr
	// created and removed are the IDs of the steps.
	created, removed string
}

// layNetworks decides for each host that gets a replica, which networks it
// needs, and which of those that it has can stay.
func (u *up) layNetworks() error {
	u.networks = map[[2]string]*networkPlan{}
	if err := u.checkRange(); err != nil {
		return err
	}
	for _, r := range u.replicas {
		for _, key := range networkKeys(r.service) {
			if err := u.layNetwork(r.host, key); err != nil {
				return err
			}
		}
	}
	return nil
}

// networkKeys are the networks that a service's containers join, sorted.
func networkKeys(s types.ServiceConfig) []string {
	if s.NetworkMode != "" {
		return nil
	}
	return sortedKeys(s.Networks)
}

func (u *up) layNetwork(host, key string) error {
	if u.networks[[2]string{host, key}] != nil {
		return nil
	}
	declared, ok := u.Project.Networks[key]
	if !ok {
		return fmt.Errorf("service refers to undefined network %s", key)
	}
	n := &networkPlan{host: host, key: key, name: declared.Name, fabric: u.onFabric(key)}
	if n.existing = state.Network(u.State.Host(host), n.name); n.existing != nil {
		n.own = !bool(declared.External) && n.existing.Labels[hosts.LabelProject] == u.Project.Name
		n.fabric = n.fabric && (n.own || onFabric(n.existing)) // somebody else's is used as it is
	}
	u.networks[[2]string{host, key}] = n
	why, err := u.networkDiffers(n, declared)
	if err != nil {
		return err
	}
	n.why = why
	if n.fabric {
		return u.layFabric(n)
	}
	if n.why != "" {
		n.spec, err = container.NetworkSpec(u.Project, key)
	}
	return err
}

// onFabric tells whether a compose network spans hosts: one without a driver
// of its own, and an external one that is on the fabric already.
func (u *up) onFabric(key string) bool {
	n := u.Project.Networks[key]
	if !u.Several {
		return false
	}
	if n.External {
		return slices.ContainsFunc(u.State.Observations, func(o hosts.Observation) bool {
			return onFabric(state.Network(&o, n.Name))
		})
	}
	return n.Driver == "" || n.Driver == "bridge"
}

// networkDiffers is why the host's network can't be used as it is.
func (u *up) networkDiffers(n *networkPlan, declared types.NetworkConfig) (Reason, error) {
	switch {
	case n.existing == nil && bool(declared.External) && !n.fabric:
		return "", fmt.Errorf("network %s declared as external, but could not be found on host %s", n.name, n.host)
	case n.existing == nil:
		return ReasonMissing, nil
	case bool(declared.External):
		return "", nil
	case !n.own:
		u.warn("a network with name %s exists but was not created for project %q; it is used as it is. Set `external: true` to use an existing network", n.name, u.Project.Name)
		return "", nil
	case n.fabric != onFabric(n.existing):
		return ReasonNetworkChanged, nil
	}
	want, err := u.Project.NetworkHash(n.key)
	if err != nil {
		return "", err
	}
	if have := n.existing.Labels[hosts.LabelConfigHash]; have != "" && have != want {
		return ReasonNetworkChanged, nil
	}
	return "", nil
}

// makeNetworks adds the steps that create networks, and that take away what
// can't stay: its containers are stopped and taken off it first.
func (u *up) makeNetworks() error {
	for _, id := range sortedPairs(u.networks) {
		n := u.networks[id]
		if n.why == "" {
			continue
		}
		attached := u.attached(n)
		if n.existing != nil {
			var off []string
			for _, c := range attached {
				off = append(off, u.takeOff(n, c))
			}
			n.removed = u.add(n.host, RemoveNetwork{ID: n.existing.ID, Name: n.name}, n.why, off...)
		}
		n.created = u.add(n.host, CreateNetwork{Spec: n.spec}, n.why, n.removed, u.joined(n.host, n.fabric))
		for _, c := range attached {
			u.putBack(n, c)
		}
	}
	return nil
}

func (u *up) joined(host string, fabric bool) string {
	if !fabric {
		return ""
	}
	return u.joins[host]
}

// attached are the project's containers on a network of one host.
func (u *up) attached(n *networkPlan) []state.Container {
	if n.existing == nil {
		return nil
	}
	var on []state.Container
	for _, c := range u.all {
		if c.Host == n.host && c.Attached(n.name) {
			on = append(on, c)
		}
	}
	return on
}

// removeAfterDisconnect has containers that go altogether taken off their changed
// networks first: engines do neither while they do the other.
func (u *up) removeAfterDisconnect() error {
	for _, s := range slices.Clone(u.steps) {
		if a, ok := s.Action.(DisconnectNetwork); ok {
			u.follow(stepID(s.Host, RemoveContainer{Name: a.Name}), s.ID)
		}
	}
	return nil
}

// takeOff stops a container and takes it off a network, once the host has
// joined the fabric: what may fail comes before anything stops.
func (u *up) takeOff(n *networkPlan, c state.Container) string {
	stopped := ""
	if alive(c.State) {
		stopped = u.add(c.Host, StopContainer{ID: c.ID, Name: c.Name, Timeout: u.Timeout}, n.why, u.joined(n.host, n.fabric))
	}
	return u.add(c.Host, DisconnectNetwork{Network: n.existing.ID, NetworkName: n.name, Container: c.ID, Name: c.Name}, n.why, stopped)
}
