package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// growth is what a run has learnt of machines while it made some; all copies of
// its Env share it.
type growth struct {
	mu sync.Mutex
	// failed are the machines that didn't become hosts, and full why a location
	// has no more, by name. Never are those of the failed that this run has made,
	// on which nothing can be.
	failed map[string]error
	full   map[string]string
	never  map[string]bool
	// lost is how often machines were deleted while this run was making them hosts,
	// by name.
	lost map[string]int
	// kept are the hosts that somebody used while they were about to be deleted.
	kept map[string]error
	// sizes are those of locations, asked for once.
	sizes map[string][]hosts.Size
	// agreed is how many machines more the user has said yes to: those that became
	// hosts are none of them any longer.
	agreed int
}

func newGrowth() *growth {
	return &growth{failed: map[string]error{}, never: map[string]bool{}, kept: map[string]error{}, full: map[string]string{}, lost: map[string]int{}, sizes: map[string][]hosts.Size{}}
}

// listing is a location with its machines.
type listing struct {
	location hosts.Location
	machines []hosts.Machine
}

// elastic tells whether hosts of the pool can be made.
func (e *Env) elastic() bool { return e.Machines != nil && len(e.Machines.Locations()) > 0 }

// list asks all providers of the pool at once, and takes the machines that run
// into it, and those out that are gone.
func (e *Env) list(ctx context.Context) ([]listing, error) {
	if !e.elastic() {
		return nil, nil
	}
	locations := e.Machines.Locations()
	all, errs := make([]listing, len(locations)), make([]error, len(locations))
	var work sync.WaitGroup
	for i, l := range locations {
		work.Go(func() {
			all[i].location = l
			all[i].machines, errs[i] = e.Machines.List(ctx, l)
		})
	}
	work.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	e.admit(all...)
	return all, nil
}

// listOne is list of one location.
func (e *Env) listOne(ctx context.Context, l hosts.Location) (listing, error) {
	found, err := e.Machines.List(ctx, l)
	if err != nil {
		return listing{}, err
	}
	one := listing{l, found}
	e.admit(one)
	return one, nil
}

// admit takes the machines of locations that run into the pool, and those out
// that are gone.
func (e *Env) admit(listed ...listing) {
	pool := slices.DeleteFunc(slices.Clone(e.Pool), func(h hosts.Host) bool {
		return h.Machine != nil && slices.ContainsFunc(listed, func(l listing) bool { return l.location.Name == h.Location })
	})
	for _, l := range listed {
		for _, m := range l.machines {
			if m.State == hosts.MachineRunning {
				pool = append(pool, e.Machines.Host(l.location, m))
			}
		}
	}
	slices.SortFunc(pool, func(a, b hosts.Host) int { return strings.Compare(a.Name, b.Name) })
	e.setPool(pool)
}

// setPool changes the pool of the run, for whoever called it too.
func (e *Env) setPool(pool []hosts.Host) {
	for ; e != nil; e = e.outer {
		e.Pool = pool
	}
}

// grown is what the run has learnt, from the beginning of the run.
func (e *Env) grown() *growth {
	if e.growth == nil {
		e.growth = newGrowth()
	}
	return e.growth
}

// fleets are the locations of the listings as plans see them, and the snapshot
// without machines that are yet to become hosts, or never became any.
func (e *Env) fleets(ctx context.Context, all []listing, s state.Snapshot) ([]plan.Fleet, state.Snapshot, error) {
	var fleets []plan.Fleet
	for _, l := range all {
		f, err := e.fleet(ctx, l, s)
		if err != nil {
			return nil, s, err
		}
		fleets = append(fleets, f)
		s.Observations = slices.DeleteFunc(slices.Clone(s.Observations), func(o hosts.Observation) bool {
			return slices.Contains(f.Coming, o.Host.Name) || e.grown().wasNeverHost(o.Host.Name)
		})
	}
	return fleets, s, nil
}

func (e *Env) fleet(ctx context.Context, l listing, s state.Snapshot) (plan.Fleet, error) {
	f := plan.Fleet{
		Location: l.location, Machines: l.machines,
		Like: e.Machines.Host(l.location, hosts.Machine{Location: l.location.Name}),
	}
	f.Like.Machine, f.Like.Endpoint = nil, hosts.Endpoint{}
	learnt := e.grown()
	var err error
	if f.Sizes, err = learnt.sizesOf(ctx, e.Machines, l.location); err != nil {
		return f, err
	}
	for _, m := range l.machines {
		o := s.Host(m.Name)
		switch {
		case o != nil && o.Host.Status.Ready:
			if leaverOf(*o) != nil {
				f.Leaving = append(f.Leaving, m.Name)
			}
		case m.State != hosts.MachineDeleting && learnt.failure(m.Name) == nil && m.Quarantine(time.Now(), l.location.StartTimeout()) == "":
			f.Coming = append(f.Coming, m.Name)
		}
	}
	f.Full = learnt.whyFull(f)
	return f, nil
}

func (g *growth) sizesOf(ctx context.Context, m Machines, l hosts.Location) ([]hosts.Size, error) {
	g.mu.Lock()
	known, ok := g.sizes[l.Name]
	g.mu.Unlock()
	if ok {
		return known, nil
	}
	found, err := m.Sizes(ctx, l)
	if err == nil {
		g.mu.Lock()
		g.sizes[l.Name] = found
		g.mu.Unlock()
	}
	return found, err
}

func (g *growth) failure(machine string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.failed[machine]
}

func (g *growth) fail(machine string, why error, begun bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.failed[machine] = why
	g.never[machine] = !begun
}

func (g *growth) spend() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.agreed = max(0, g.agreed-1)
}

func (g *growth) wasNeverHost(machine string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.never[machine]
}

func (g *growth) keep(host string, why error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.kept[host] = why
}

// mind is what keeps hosts from being deleted, by name.
func (g *growth) mind() map[string]string {
	g.mu.Lock()
	defer g.mu.Unlock()
	mind := map[string]string{}
	for host, why := range g.kept {
		mind[host] = why.Error()
	}
	return mind
}

func (g *growth) refuse(location string, why error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.full[location] = why.Error()
}

// mostLost is how often a machine may be deleted by others while one run makes it
// a host.
const mostLost = 3

// lose notes that a machine was deleted while it was made a host. Where that
// happens again and again, as where a cloud takes back what it gives, the run
// doesn't go on ordering, and the reason is returned.
func (g *growth) lose(location, machine string) (enough string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.lost[machine]++; g.lost[machine] < mostLost {
		return ""
	}
	g.full[location] = fmt.Sprintf("location %s: machine %s was deleted %d times while this run made it a host", location, machine, mostLost)
	return g.full[location]
}

// whyFull is why a location has no more machines for now: its provider refuses
// them, or those that there may be have failed.
func (g *growth) whyFull(f plan.Fleet) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if why := g.full[f.Location.Name]; why != "" {
		return why
	}
	failed := 0
	for _, m := range f.Machines {
		if g.failed[m.Name] != nil {
			failed++
		}
	}
	if failed > 0 && len(f.Machines) >= f.Location.Max {
		return fmt.Sprintf("location %s may have no more machines (max: %d), and %d of them failed to become hosts", f.Location.Name, f.Location.Max, failed)
	}
	return ""
}
