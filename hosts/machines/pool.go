package machines

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Seen is what is known of a location's machines.
type Seen struct {
	Location hosts.Location
	// Hosts are its machines as hosts, those included that don't run.
	Hosts []hosts.Host
	// Err is why its machines aren't known; nil where they are.
	Err error
	// Distrusted are those whose host key couldn't be checked, and why.
	Distrusted []error
}

// Hosts lists the machines of all locations at once, and sees to it that SSH
// knows the host keys of those that run. A cloud that doesn't answer is told in
// its location's Err.
func (m *Machines) Hosts(ctx context.Context) []Seen {
	seen := make([]Seen, len(m.o.Locations))
	var work sync.WaitGroup
	for i, l := range m.o.Locations {
		work.Go(func() { seen[i] = m.see(ctx, l) })
	}
	work.Wait()
	return seen
}

func (m *Machines) see(ctx context.Context, l hosts.Location) Seen {
	seen := Seen{Location: l}
	ctx, cancel := context.WithTimeout(ctx, l.ListTimeout())
	defer cancel()
	all, err := m.List(ctx, l)
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("location %s: its provider doesn't answer in %s; template.list-timeout gives it longer", l.Name, l.ListTimeout())
	}
	if err != nil {
		seen.Err = err
		return seen
	}
	distrusted := make([]error, len(all))
	var work sync.WaitGroup
	for i, machine := range all {
		seen.Hosts = append(seen.Hosts, m.Host(l, machine))
		if machine.State == hosts.MachineRunning && machine.Address != "" && machine.Endpoint == "" {
			work.Go(func() { distrusted[i] = m.Trust(ctx, machine) })
		}
	}
	work.Wait()
	for _, err := range distrusted {
		if err != nil {
			seen.Distrusted = append(seen.Distrusted, err)
		}
	}
	return seen
}
