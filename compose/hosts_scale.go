package compose

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ScaleHosts gives a location as many machines as the order counts: it makes what
// lacks, or deletes empty ones, those with the highest numbers first. Where
// fewer are empty than are too many, those go, and the error tells what keeps
// the others.
func ScaleHosts(ctx context.Context, env *Env, o HostOrder) error {
	if o.Count < o.Location.Min || o.Count > o.Location.Max {
		return fmt.Errorf("location %s may have %d to %s (min, max), not %d", o.Location.Name, o.Location.Min, machineCount(o.Location.Max), o.Count)
	}
	there, err := env.Machines.List(ctx, o.Location)
	if err != nil {
		return err
	}
	there = slices.DeleteFunc(there, func(m hosts.Machine) bool { return m.State == hosts.MachineDeleting })
	if len(there) <= o.Count {
		if o.Count -= len(there); o.Count == 0 {
			return nil
		}
		_, err := CreateHosts(ctx, env, o)
		return err
	}
	return env.shrinkTo(ctx, o.Location, there, o.Count)
}

// shrinkTo deletes empty hosts until so many machines are left.
func (e *Env) shrinkTo(ctx context.Context, l hosts.Location, there []hosts.Machine, n int) error {
	slices.SortFunc(there, func(a, b hosts.Machine) int {
		return cmp.Or(cmp.Compare(len(b.Name), len(a.Name)), strings.Compare(b.Name, a.Name))
	})
	left := len(there)
	var kept []string
	for _, m := range there {
		if left == n {
			return nil
		}
		switch err := e.deleteMachine(ctx, l, m); {
		case err == nil:
			left--
		case errors.Is(err, ErrOccupied):
			kept = append(kept, err.Error())
		default:
			return err
		}
	}
	return fmt.Errorf("location %s keeps %s: %s", l.Name, machineCount(left), strings.Join(kept, "; "))
}

// deleteMachine deletes a machine whose host is known to be empty.
func (e *Env) deleteMachine(ctx context.Context, l hosts.Location, m hosts.Machine) error {
	if m.State != hosts.MachineRunning {
		return fmt.Errorf("host %s: %w: its machine is %s, so what is on it isn't known", m.Name, ErrOccupied, m.State)
	}
	return DeleteHost(ctx, e, l, m.Name)
}
