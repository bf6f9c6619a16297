package fake

import (
	"cmp"
	"context"
	"slices"

	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// CreateNetwork creates a network of a driver that the host has.
func (e *Engine) CreateNetwork(ctx context.Context, spec hosts.NetworkSpec) (id string, err error) {
	err = e.call(ctx, "CreateNetwork", spec.Name, func(s *state) error {
		id, err = s.createNetwork(spec)
		return err
	})
	return id, err
}

func (s *state) createNetwork(spec hosts.NetworkSpec) (string, error) {
	for _, n := range s.Networks {
		if n.Name == spec.Name {
			return "", conflict("network with name %s already exists", spec.Name)
		}
	}
	driver := cmp.Or(spec.Driver, "bridge")
	if !slices.Contains(s.drivers(), driver) {
		return "", notFound("could not find plugin %s in v1 plugin registry: plugin not found", driver)
	}
	subnets, err := s.subnetsFor(spec.IPAM)
	if err != nil {
		return "", err
	}
	n := &hosts.Network{
		ID: s.newID("network"), Name: spec.Name, Driver: driver, Scope: "local", Internal: spec.Internal,
		Labels: spec.Labels, Options: spec.Options, Subnets: subnets,
	}
	s.Networks[n.ID] = n
	return n.ID, nil
}

// drivers are the host's and those of enabled plugins.
func (s *state) drivers() []string {
	all := slices.Clone(s.Host.Drivers)
	for _, p := range s.Plugins {
		if p.Enabled {
			all = append(all, p.Name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// network finds one by name or ID.
func (s *state) network(name string) (*hosts.Network, error) {
	for _, n := range s.Networks {
		if n.Name == name || n.ID == name {
			return n, nil
		}
	}
	return nil, notFound("network %s not found", name)
}

// RemoveNetwork removes a network on which no container runs.
func (e *Engine) RemoveNetwork(ctx context.Context, name string) error {
	return e.call(ctx, "RemoveNetwork", name, func(s *state) error {
		n, err := s.network(name)
		if err != nil {
			return err
		}
		for _, r := range sorted(s.Containers) {
			if r.running() && r.on(n) != nil {
				return conflict("error while removing network: network %s id %s has active endpoints", n.Name, n.ID)
			}
		}
		delete(s.Networks, n.ID)
		return nil
	})
}

// on is the container's place on the network, or nil.
func (r *record) on(n *hosts.Network) *attachment {
	for i := range r.Attached {
		if r.Attached[i].NetworkID == n.ID {
			return &r.Attached[i]
		}
	}
	return nil
}

// ConnectNetwork joins a container to a network.
func (e *Engine) ConnectNetwork(ctx context.Context, name, container string, endpoint *network.EndpointSettings) error {
	return e.call(ctx, "ConnectNetwork", name+" "+container, func(s *state) error {
		n, r, err := s.networkAndContainer(name, container)
		if err != nil {
			return err
		}
		if r.on(n) != nil {
			return conflict("endpoint with name %s already exists in network %s", r.Name, n.Name)
		}
		a := attachment{Network: n.Name, NetworkID: n.ID, Endpoint: endpoint}
		if r.running() {
			if a.Address, err = s.address(n, endpoint); err != nil {
				return err
			}
		}
		r.Attached = append(r.Attached, a)
		return nil
	})
}

// DisconnectNetwork takes a container off a network.
func (e *Engine) DisconnectNetwork(ctx context.Context, name, container string, _ bool) error {
	return e.call(ctx, "DisconnectNetwork", name+" "+container, func(s *state) error {
		n, r, err := s.networkAndContainer(name, container)
		if err != nil {
			return err
		}
		if r.on(n) == nil {
			return notFound("container %s is not connected to network %s", r.ID, n.Name)
		}
		r.Attached = slices.DeleteFunc(r.Attached, func(a attachment) bool { return a.NetworkID == n.ID })
		return nil
	})
}

func (s *state) networkAndContainer(name, container string) (*hosts.Network, *record, error) {
	n, err := s.network(name)
	if err != nil {
		return nil, nil, err
	}
	r, err := s.container(container)
	return n, r, err
}
