package program

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// provider is a program that makes machines.
type provider struct {
	name    string
	program hosts.Program
	timeout time.Duration
}

// Create asks the program for a machine.
func (p *provider) Create(ctx context.Context, o hosts.Order) (hosts.Machine, error) {
	r, err := p.ask(ctx, request{
		Action: actionCreate, Location: o.Location.Name, Template: templateOf(o.Location.Template),
		Order: &order{Name: o.Name, Size: o.Size, UserData: o.UserData, HostKey: o.HostKey},
	})
	if err == nil {
		err = sameOrder(r.Machine, o)
	}
	if err != nil {
		return hosts.Machine{}, fmt.Errorf("create machine %s: program %s: %w", o.Name, p.name, err)
	}
	return *r.Machine, nil
}

var errNoMachine = errors.New("it doesn't tell of the machine")

// sameOrder checks that a machine is that of an order.
func sameOrder(m *hosts.Machine, o hosts.Order) error {
	if m == nil {
		return errNoMachine
	}
	if err := check(*m); err != nil {
		return err
	}
	if m.Name != o.Name || m.Location != o.Location.Name {
		return fmt.Errorf("it made machine %q of location %q", m.Name, m.Location)
	}
	return nil
}

// List asks the program for the machines of a location. Those of others, which
// it may tell of, too, are left out.
func (p *provider) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	r, err := p.ask(ctx, request{Action: actionList, Location: l.Name, Template: templateOf(l.Template)})
	if err != nil {
		return nil, fmt.Errorf("list machines: program %s: %w", p.name, err)
	}
	all := []hosts.Machine{}
	for _, m := range r.Machines {
		if err := check(m); err != nil {
			return nil, fmt.Errorf("list machines: program %s: %w", p.name, err)
		}
		if m.Location == l.Name {
			all = append(all, m)
		}
	}
	slices.SortFunc(all, func(a, b hosts.Machine) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// Delete has the program delete a machine.
func (p *provider) Delete(ctx context.Context, m hosts.Machine) error {
	_, err := p.ask(ctx, request{Action: actionDelete, Location: m.Location, Template: map[string]any{}, Machine: &m})
	if err != nil {
		return fmt.Errorf("delete machine %s: program %s: %w", m.Name, p.name, err)
	}
	return nil
}

// Sizes asks the program for sizes; nil where it knows none.
func (p *provider) Sizes(ctx context.Context, l hosts.Location) ([]hosts.Size, error) {
	r, err := p.ask(ctx, request{Action: actionSizes, Location: l.Name, Template: templateOf(l.Template)})
	if errors.Is(err, errUnsupported) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list sizes: program %s: %w", p.name, err)
	}
	var all []hosts.Size
	for _, s := range r.Sizes {
		all = append(all, s.size())
	}
	return all, nil
}
