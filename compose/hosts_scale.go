package compose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// ScaleHosts gives a location as many machines as the order counts: it makes what
// lacks, and finishes what was begun, or deletes empty ones, those with the highest
// numbers first. Where fewer are empty than are too many, those go, and the error
// tells what keeps the others.
func ScaleHosts(ctx context.Context, env *Env, o HostOrder) error {
	if o.Count < o.Location.Min || o.Count > o.Location.Max {
		return fmt.Errorf("location %s may have %d to %s (min, max), not %d", o.Location.Name, o.Location.Min, machineCount(o.Location.Max), o.Count)
	}
	listed, err := env.listOne(ctx, o.Location)
	if err != nil {
		return err
	}
	there := slices.DeleteFunc(slices.Clone(listed.machines), func(m hosts.Machine) bool { return m.State == hosts.MachineDeleting })
	if len(there) > o.Count {
		return env.shrinkTo(ctx, o.Location, there, o.Count)
	}
	begun, err := env.begun(ctx, listed)
	if err != nil {
		return err
	}
	o.Names = append(begun, plan.MachineNames(o.Location, o.taken(listed.machines), o.Count-len(there))...)
	if len(o.Names) == 0 {
		return nil
	}
	_, err = CreateHosts(ctx, env, o)
	return err
}

// begun are the machines of a location that are no hosts yet, and become some.
func (e *Env) begun(ctx context.Context, l listing) ([]string, error) {
	there := *e
	there.Pool = slices.DeleteFunc(slices.Clone(e.Pool), func(h hosts.Host) bool { return h.Location != l.location.Name })
	s, err := Observe(ctx, &there)
	if err != nil {
		return nil, err
	}
	f, err := e.fleet(ctx, l, s)
	return f.Coming, err
}

// errUnknown is that nobody can tell whether a host is empty.
var errUnknown = errors.New("so what is on it isn't known")

// shrinkTo deletes empty hosts until so many machines are left. Those that don't
// answer stay, and don't count: no host that works is deleted in their place.
func (e *Env) shrinkTo(ctx context.Context, l hosts.Location, there []hosts.Machine, n int) error {
	slices.SortFunc(there, func(a, b hosts.Machine) int {
		return cmp.Or(cmp.Compare(len(b.Name), len(a.Name)), strings.Compare(b.Name, a.Name))
	})
	left := len(there)
	var kept, silent []string
	for _, m := range there {
		if left == n {
			break
		}
		switch err := e.deleteMachine(ctx, l, m); {
		case err == nil:
			left--
		case errors.Is(err, ErrOccupied):
			kept = append(kept, err.Error())
		case errors.Is(err, errUnknown):
			silent = append(silent, err.Error())
			left--
		default:
			return err
		}
	}
	return shortfall(l, left-n, kept, silent)
}

// shortfall is an error where machines stay that were to go.
func shortfall(l hosts.Location, tooMany int, kept, silent []string) error {
	var parts []string
	if tooMany > 0 {
		parts = append(parts, fmt.Sprintf("keeps %s more: %s", machineCount(tooMany), strings.Join(kept, "; ")))
	}
	if len(silent) > 0 {
		parts = append(parts, "keeps what doesn't work: "+strings.Join(silent, "; ")+"; `hosts rm --force` deletes it all the same")
	}
	if len(parts) == 0 {
		return nil
	}
	return fmt.Errorf("location %s %s", l.Name, strings.Join(parts, ", and "))
}

// deleteMachine deletes a machine whose host is known to be empty.
func (e *Env) deleteMachine(ctx context.Context, l hosts.Location, m hosts.Machine) error {
	if m.State != hosts.MachineRunning {
		return fmt.Errorf("host %s: its machine is %s, %w", m.Name, m.State, errUnknown)
	}
	err := DeleteHost(ctx, e, l, m.Name)
	if errors.Is(err, hosts.ErrUnreachable) || errors.Is(err, hosts.ErrNoEngine) {
		return fmt.Errorf("%w, %w", err, errUnknown)
	}
	return err
}
