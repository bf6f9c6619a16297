package fake

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Cloud is an account of a cloud whose machines are fake engines. It records
// its calls, and fails where a [Fault] says so: Create, List, Delete and Sizes
// with the machine's or the location's name, and Boot with a machine's name,
// whose delay is how long that takes to run and whose failure leaves it broken.
type Cloud struct {
	mu    sync.Mutex
	store store[cloudState]
	// engine is that of a host, and forget lets it be new again.
	engine func(h hosts.Host, down func() error) *Engine
	forget func(host string) error
}

// NewCloud returns a cloud in memory.
func NewCloud() *Cloud {
	engines := map[string]*Engine{}
	var mu sync.Mutex
	return &Cloud{
		store: &memory[cloudState]{newCloudState()},
		engine: func(h hosts.Host, down func() error) *Engine {
			mu.Lock()
			defer mu.Unlock()
			if engines[h.Name] == nil {
				engines[h.Name] = New(h)
				engines[h.Name].down = down
			}
			return engines[h.Name]
		},
		forget: func(host string) error {
			mu.Lock()
			defer mu.Unlock()
			delete(engines, host)
			return nil
		},
	}
}

// Cloud returns the one that makes engines of the pool; it outlives the process.
func (p *Pool) Cloud() *Cloud {
	return &Cloud{
		store: &file[cloudState]{path: filepath.Join(p.dir, "cloud", "machines.json"), fresh: newCloudState},
		engine: func(h hosts.Host, down func() error) *Engine {
			e := p.Engine(h)
			e.down = down
			return e
		},
		forget: func(host string) error { return p.Engine(hosts.Host{Name: host}).renew() },
	}
}

// Create makes a machine, which boots from then on.
func (c *Cloud) Create(ctx context.Context, o hosts.Order) (made hosts.Machine, err error) {
	err = c.call(ctx, "Create", o.Name, func(s *cloudState) error {
		made, err = s.create(o)
		return err
	})
	if err != nil {
		err = fmt.Errorf("create machine %s: %w", o.Name, err)
	}
	return made, err
}

// List returns the machines of the location.
func (c *Cloud) List(ctx context.Context, l hosts.Location) (found []hosts.Machine, err error) {
	err = c.call(ctx, "List", l.Name, func(s *cloudState) error {
		for _, m := range s.Machines {
			if m.Location == l.Name {
				found = append(found, m.at(time.Now()))
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("list machines: %w", err)
	}
	slices.SortFunc(found, func(a, b hosts.Machine) int { return strings.Compare(a.Name, b.Name) })
	return found, nil
}

// Delete deletes the machine, and all that its engine had.
func (c *Cloud) Delete(ctx context.Context, m hosts.Machine) error {
	err := c.call(ctx, "Delete", m.Name, func(s *cloudState) error {
		before := len(s.Machines)
		s.Machines = slices.DeleteFunc(s.Machines, func(known *cloudMachine) bool { return known.ID == m.ID })
		if len(s.Machines) == before {
			return nil
		}
		return c.forget(m.Name)
	})
	if err != nil {
		return fmt.Errorf("delete machine %s: %w", m.Name, err)
	}
	return nil
}

// Sizes are small, medium and large, in every location.
func (c *Cloud) Sizes(ctx context.Context, l hosts.Location) ([]hosts.Size, error) {
	if err := c.call(ctx, "Sizes", l.Name, func(*cloudState) error { return nil }); err != nil {
		return nil, fmt.Errorf("list sizes: %w", err)
	}
	return cloudSizes(), nil
}

// Engine returns the engine of a host that is a machine of the location; it
// answers while the machine runs.
func (c *Cloud) Engine(h hosts.Host) *Engine {
	m, err := c.machine(h)
	if i := slices.IndexFunc(cloudSizes(), func(s hosts.Size) bool { return s.Name == m.Size }); err == nil && i >= 0 {
		h.Capacity = cloudSizes()[i].Resources
	}
	return c.engine(h, func() error {
		_, err := c.machine(h)
		return err
	})
}

// machine is the one of a host, ErrUnreachable where that doesn't run.
func (c *Cloud) machine(h hosts.Host) (found hosts.Machine, err error) {
	return found, c.update(func(s *cloudState) error {
		m := s.find(h.Location, h.Name)
		if m == nil {
			return &failure{hosts.ErrUnreachable, "no route to host"}
		}
		if found = m.at(time.Now()); found.State != hosts.MachineRunning {
			return &failure{hosts.ErrUnreachable, "connection refused"}
		}
		return nil
	})
}

// Limit lets the account have so many machines more, any number where n is negative.
func (c *Cloud) Limit(n int) {
	_ = c.update(func(s *cloudState) error {
		if s.Quota = -1; n >= 0 {
			s.Quota = len(s.Machines) + n
		}
		return nil
	})
}

// Inject adds a fault.
func (c *Cloud) Inject(f Fault) {
	_ = c.update(func(s *cloudState) error {
		s.Faults = append(s.Faults, f)
		return nil
	})
}

// Heal takes all faults away.
func (c *Cloud) Heal() {
	_ = c.update(func(s *cloudState) error {
		s.Faults = nil
		return nil
	})
}

// Calls are all calls so far, in order.
func (c *Cloud) Calls() (calls []Call) {
	_ = c.update(func(s *cloudState) error {
		calls = slices.Clone(s.Calls)
		return nil
	})
	return calls
}

// call is one request: it is recorded, and suffers the faults that are due.
func (c *Cloud) call(ctx context.Context, method, object string, act func(*cloudState) error) error {
	var faults faults
	err := c.update(func(s *cloudState) error {
		s.Calls = append(s.Calls, Call{Method: method, Object: object})
		faults = due(s.Faults, method, object)
		return nil
	})
	if err != nil {
		return err
	}
	return faults.around(ctx, func() error { return c.update(act) })
}

func (c *Cloud) update(act func(*cloudState) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.store.update(act)
}

// errNoSize and errNoImage name what an order asks for in vain.
var (
	errNoSize  = errors.New("there is no such size")
	errNoImage = errors.New("there is no such image")
)
