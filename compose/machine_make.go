package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// MakeHosts makes hosts of the locations, all at once, and takes them into the
// pool. A machine that fails to become one stays, to be looked at, and is told
// of; one that another run deletes meanwhile isn't made again, as whoever plans
// anew decides that. An error is that machines can't be had at all.
func MakeHosts(ctx context.Context, env *Env, makes []plan.MakeHost) error {
	errs := make([]error, len(makes))
	var work sync.WaitGroup
	for i, a := range makes {
		work.Go(func() { errs[i] = env.makeHost(ctx, a) })
	}
	work.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	return errors.Join(errs...)
}

// makeHost makes one, or finishes one that was begun.
func (e *Env) makeHost(ctx context.Context, a plan.MakeHost) error {
	tell := func(status execute.EventStatus, text, details string) {
		if e.Events != nil {
			e.Events(execute.Event{ID: "Host " + a.Name, Status: status, Text: text, Details: details})
		}
	}
	gone := func() error {
		tell(execute.Done, "Gone", deletedMeanwhile)
		if why := e.grown().lose(a.Location.Name, a.Name); why != "" {
			e.warn([]string{why})
		}
		return nil
	}
	tell(execute.Working, "Creating", "")
	machine, err := e.order(ctx, a)
	if errors.Is(err, hosts.ErrGone) {
		return gone()
	}
	if err != nil {
		tell(execute.Error, "Error", err.Error())
		if errors.Is(err, hosts.ErrCapacity) {
			e.grown().refuse(a.Location.Name, err)
			return nil
		}
		return err
	}
	_, err = e.Machines.Ready(ctx, a.Location, machine, func(text string) { tell(execute.Working, text, "") })
	if err == nil {
		tell(execute.Done, "Ready", "")
		if !a.Begun {
			e.grown().spend()
		}
		return nil
	}
	if errors.Is(err, hosts.ErrGone) {
		return gone()
	}
	tell(execute.Error, "Failed", err.Error())
	if ctx.Err() == nil {
		e.grown().fail(a.Name, err, a.Begun)
		e.warn([]string{unused(a.Name, err).Error()})
	}
	return nil
}

// unused tells of a machine that failed to become a host.
func unused(name string, why error) error {
	return fmt.Errorf("host %s isn't used: %w; its machine is kept, `hosts rm --force %s` deletes it", name, why, name)
}

// deletedMeanwhile is what has become of a machine that is gone.
const deletedMeanwhile = "somebody has deleted it meanwhile"

// order orders a machine. One that is to be finished isn't made anew: that it is
// gone is an [hosts.ErrGone].
func (e *Env) order(ctx context.Context, a plan.MakeHost) (hosts.Machine, error) {
	if a.Begun {
		all, err := e.Machines.List(ctx, a.Location)
		if err != nil {
			return hosts.Machine{}, err
		}
		there := func(m hosts.Machine) bool { return m.Name == a.Name && m.State != hosts.MachineDeleting }
		if !slices.ContainsFunc(all, there) {
			return hosts.Machine{}, hosts.ErrGone
		}
	}
	return e.Machines.Create(ctx, a.Location, a.Name, a.Size)
}
