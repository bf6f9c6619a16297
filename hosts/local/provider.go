package local

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Provider makes hosts of one location. It may be used by several goroutines.
type Provider struct {
	image     string
	arguments []string
	engine    func() (hosts.MachineEngine, error)
}

// Create returns when the container has been started. One that an interrupted
// run created and didn't start is started.
func (p *Provider) Create(ctx context.Context, o hosts.Order) (hosts.Machine, error) {
	m, err := p.create(ctx, o)
	if err != nil {
		return m, fmt.Errorf("create machine %s: %w", o.Name, err)
	}
	return m, nil
}

func (p *Provider) create(ctx context.Context, o hosts.Order) (m hosts.Machine, err error) {
	if o.Size != "" {
		return m, fmt.Errorf("there is no size %q: hosts of the provider local are as large as the machine that they are on", o.Size)
	}
	e, err := p.engine()
	if err != nil {
		return m, err
	}
	found, err := p.ensure(ctx, e, o)
	if errors.Is(err, errStranger) { // or it was deleted meanwhile
		found, err = p.ensure(ctx, e, o)
	}
	if err != nil || found.State != hosts.Created {
		return machine(found), err
	}
	if err := e.StartContainer(ctx, found.ID); err != nil {
		return m, explain(err)
	}
	found, err = p.find(ctx, e, o)
	return machine(found), err
}

// ensure is the container of an order, which is created where it isn't there.
func (p *Provider) ensure(ctx context.Context, e hosts.MachineEngine, o hosts.Order) (hosts.Container, error) {
	_, err := e.CreateContainer(ctx, p.spec(o))
	if errors.Is(err, hosts.ErrNotFound) {
		if err = e.PullImage(ctx, p.image, hosts.PullOptions{}); err == nil {
			_, err = e.CreateContainer(ctx, p.spec(o))
		}
	}
	if err != nil && !errors.Is(err, hosts.ErrConflict) { // a conflict: the name is taken, by this order's if all is well
		return hosts.Container{}, err
	}
	return p.find(ctx, e, o)
}

// errStranger is that a container has the name of a machine, and isn't one.
var errStranger = errors.New("isn't a host that was made: remove or rename it")

// find is the container of an order.
func (p *Provider) find(ctx context.Context, e hosts.MachineEngine, o hosts.Order) (hosts.Container, error) {
	all, err := containers(ctx, e, o.Location.Name)
	if err != nil {
		return hosts.Container{}, err
	}
	i := slices.IndexFunc(all, func(c hosts.Container) bool { return c.Labels[hosts.TagName] == o.Name })
	if i < 0 {
		return hosts.Container{}, fmt.Errorf("a container has the name %s and %w", containerName(o), errStranger)
	}
	return all[i], nil
}

// List asks the engine for its containers with the location's label.
func (p *Provider) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	e, err := p.engine()
	if err != nil {
		return nil, err
	}
	found, err := containers(ctx, e, l.Name)
	if err != nil {
		return nil, fmt.Errorf("list machines: %w", err)
	}
	all := make([]hosts.Machine, len(found))
	for i, c := range found {
		all[i] = machine(c)
	}
	slices.SortFunc(all, func(a, b hosts.Machine) int { return cmp.Compare(a.Name, b.Name) })
	return all, nil
}

// containers are those of a location's machines, running or not.
func containers(ctx context.Context, e hosts.MachineEngine, location string) ([]hosts.Container, error) {
	seen, err := e.ObserveContainers(ctx, hosts.ContainerFilter{Labels: []string{hosts.TagLocation + "=" + location, hosts.TagName}, All: true})
	return seen.Containers, err
}

// Delete removes the container, with the volume that holds all of its engine.
func (p *Provider) Delete(ctx context.Context, m hosts.Machine) error {
	e, err := p.engine()
	if err != nil {
		return err
	}
	if err := e.RemoveContainer(ctx, m.ID, true, true); err != nil && !errors.Is(err, hosts.ErrNotFound) {
		return fmt.Errorf("delete machine %s: %w", m.Name, err)
	}
	return nil
}
