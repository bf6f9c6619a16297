// Package machines makes hosts of what providers make: it orders machines with
// an SSH host key of ours, so that nothing is trusted on first use, knows them
// again by the tags that providers keep, and waits until one is ready.
package machines

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Options are what Machines work with.
type Options struct {
	// Locations are those that are asked; the ones without a provider are left out.
	Locations []hosts.Location
	// Kinds are all providers that there are.
	Kinds []hosts.ProviderKind
	// Setup is what the provider of a location is opened with.
	Setup func(hosts.Location) hosts.ProviderSetup
	// Folder is where the program's own SSH key and the host keys of machines
	// are. It is made where it is missing.
	Folder string
	// Boot returns what cloud-init is to read on a machine that the keys may log
	// in to, and the fingerprint of the SSH host key in it.
	Boot func(l hosts.Location, authorized []string) (userData, fingerprint string, err error)
	// Join makes a machine that SSH reaches a host; tell may be called with what
	// it does.
	Join func(ctx context.Context, h hosts.Host, l hosts.Location, tell func(string)) error
	// Answer asks the engine of a machine that has an endpoint of its own.
	Answer func(ctx context.Context, h hosts.Host) error
	// HostKey asks the SSH server at an address for its key of the kind that Boot
	// makes; nil is ScanHostKey.
	HostKey func(ctx context.Context, address string) (ssh.PublicKey, error)
	// Poll is how often is looked whether a machine runs; 0 is 2 seconds.
	Poll time.Duration
	// Outage is how long a cloud may fail to answer while a machine is waited for,
	// or may not list one that it has just made; 0 is a minute.
	Outage time.Duration
}

// Machines are those of some locations. They are safe for concurrent use.
type Machines struct {
	o Options

	mu      sync.Mutex
	opened  map[string]hosts.Provider
	rosters map[string]*roster
}

// New returns the machines of the locations, and asks nobody.
func New(o Options) *Machines {
	if o.HostKey == nil {
		o.HostKey = ScanHostKey
	}
	if o.Poll == 0 {
		o.Poll = 2 * time.Second
	}
	if o.Outage == 0 {
		o.Outage = time.Minute
	}
	o.Locations = slices.DeleteFunc(slices.Clone(o.Locations), func(l hosts.Location) bool { return l.Provider == "" })
	slices.SortFunc(o.Locations, func(a, b hosts.Location) int { return strings.Compare(a.Name, b.Name) })
	return &Machines{o: o, opened: map[string]hosts.Provider{}, rosters: map[string]*roster{}}
}

// Locations are those whose hosts a provider makes, sorted by name.
func (m *Machines) Locations() []hosts.Location { return m.o.Locations }

// List returns the machines of a location, by name, those included that are
// being made, are broken or go away.
func (m *Machines) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	p, err := m.provider(l)
	if err != nil {
		return nil, err
	}
	found, err := p.List(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("location %s: %w", l.Name, err)
	}
	return found, nil
}

// Sizes returns what a machine of the location may be; nil where its provider
// can't tell.
func (m *Machines) Sizes(ctx context.Context, l hosts.Location) ([]hosts.Size, error) {
	p, err := m.provider(l)
	if err != nil {
		return nil, err
	}
	sizer, ok := p.(hosts.Sizer)
	if !ok {
		return nil, nil
	}
	sizes, err := sizer.Sizes(ctx, l)
	if err != nil {
		return nil, fmt.Errorf("location %s: %w", l.Name, err)
	}
	return sizes, nil
}

// Delete deletes a machine; that it isn't there is success.
func (m *Machines) Delete(ctx context.Context, l hosts.Location, machine hosts.Machine) error {
	p, err := m.provider(l)
	if err != nil {
		return err
	}
	if err := p.Delete(ctx, machine); err != nil {
		return fmt.Errorf("location %s: %w", l.Name, err)
	}
	return m.forget(machine)
}

// provider is that of a location, opened once.
func (m *Machines) provider(l hosts.Location) (hosts.Provider, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p, ok := m.opened[l.Name]; ok {
		return p, nil
	}
	i := slices.IndexFunc(m.o.Kinds, func(k hosts.ProviderKind) bool { return k.Name == l.Provider })
	if i < 0 {
		return nil, fmt.Errorf("location %s: %w %q", l.Name, errNoProvider, l.Provider)
	}
	p, err := m.o.Kinds[i].Open(m.o.Setup(l))
	if err != nil {
		return nil, fmt.Errorf("location %s: %w", l.Name, err)
	}
	m.opened[l.Name] = p
	return p, nil
}

var errNoProvider = errors.New("there is no provider")
