package compose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// HostOrder asks for hosts of a location.
type HostOrder struct {
	Location hosts.Location
	// Names are those of the hosts; where there are none, Count new ones are made.
	Names []string
	Count int
	// Size is what the provider calls it; "" is the template's, or the cheapest.
	Size string
	// Taken are names that other hosts have.
	Taken map[string]bool
	// Yes answers every question.
	Yes bool
}

// usualArch is what machines are where nobody says.
const usualArch = "amd64"

// PlanHosts tells which machines CreateHosts would make, and changes nothing.
func PlanHosts(ctx context.Context, env *Env, o HostOrder) ([]plan.MakeHost, error) {
	there, err := env.Machines.List(ctx, o.Location)
	if err != nil {
		return nil, err
	}
	size, price, err := env.sizeFor(ctx, o)
	if err != nil {
		return nil, err
	}
	names := o.Names
	if len(names) == 0 {
		names = plan.MachineNames(o.Location, o.taken(there), o.Count)
	}
	there = slices.DeleteFunc(slices.Clone(there), func(m hosts.Machine) bool { return m.State == hosts.MachineDeleting })
	var makes []plan.MakeHost
	fresh := 0
	for _, name := range names {
		begun := slices.ContainsFunc(there, func(m hosts.Machine) bool { return m.Name == name })
		if !begun && o.Taken[name] {
			return nil, fmt.Errorf("there is a host %q already, which isn't of location %s", name, o.Location.Name)
		}
		if !begun {
			fresh++
		}
		makes = append(makes, plan.MakeHost{Location: o.Location, Name: name, Size: size, Price: price, Begun: begun})
	}
	return makes, withinMax(o.Location, len(there), fresh)
}

// taken are the names that nothing new may have: those of machines that go away
// are free only when their clouds say so.
func (o HostOrder) taken(there []hosts.Machine) map[string]bool {
	taken := maps.Clone(o.Taken)
	if taken == nil {
		taken = map[string]bool{}
	}
	for _, m := range there {
		taken[m.Name] = true
	}
	return taken
}

// withinMax is an error where a location may not have so many machines more.
func withinMax(l hosts.Location, there, fresh int) error {
	if fresh == 0 || there+fresh <= l.Max {
		return nil
	}
	return fmt.Errorf("location %s may have %s (max), and has %d already", l.Name, machineCount(l.Max), there)
}

func machineCount(n int) string {
	if n == 1 {
		return "1 machine"
	}
	return fmt.Sprintf("%d machines", n)
}

// sizeFor is the size of the machines of an order, and what an hour of one costs
// where that is known.
func (e *Env) sizeFor(ctx context.Context, o HostOrder) (name string, price *hosts.Price, err error) {
	sizes, err := e.Machines.Sizes(ctx, o.Location)
	if err != nil {
		return "", nil, err
	}
	name = cmp.Or(o.Size, o.Location.Template.Text("size"))
	if name == "" {
		cheapest, _ := scheduler.CheapestSize(sizes, hosts.Resources{}, usualArch)
		return cheapest.Name, cheapest.Price, nil
	}
	for _, s := range sizes {
		if s.Name == name {
			return name, s.Price, nil
		}
	}
	return name, nil, nil
}

// CreateHosts makes hosts, all at once, and waits until they are ready. One that
// is there already is finished, if there is anything to finish. The error has
// all that failed; the others are ready by then.
func CreateHosts(ctx context.Context, env *Env, o HostOrder) ([]plan.MakeHost, error) {
	makes, err := PlanHosts(ctx, env, o)
	if err != nil {
		return nil, err
	}
	if err := env.agreeTo(makes, o.Yes); err != nil {
		return nil, err
	}
	quiet := *env // what it would warn of is the error
	quiet.Warn, quiet.growth, quiet.outer = nil, env.grown(), env
	if err := MakeHosts(ctx, &quiet, makes); err != nil {
		return makes, err
	}
	var failures []error
	for _, a := range makes {
		if why := env.grown().failure(a.Name); why != nil {
			failures = append(failures, unused(a.Name, why))
		}
		if env.grown().lost[a.Name] > 0 {
			failures = append(failures, fmt.Errorf("host %s: %s", a.Name, deletedMeanwhile))
		}
	}
	if why := env.grown().full[o.Location.Name]; why != "" {
		failures = append(failures, errors.New(why))
	}
	return makes, errors.Join(failures...)
}
