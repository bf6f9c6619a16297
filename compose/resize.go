package compose

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// ResizeOptions are how locations are brought to their size.
type ResizeOptions struct {
	// Strategies are those of a project, which bound the containers of a host
	// where its location doesn't.
	Strategies []hosts.Strategy
	// Yes answers every question.
	Yes bool
	// Shrink makes no new hosts.
	Shrink bool
	// Delay is how old a machine is at least that is deleted, and for how long it
	// is known to be empty; 0 deletes at once.
	Delay time.Duration
	// Idle is since when hosts are known to be empty, by name; nil where one look
	// is enough. It is kept from one call to the next.
	Idle map[string]time.Time
}

// Resize brings the locations of the pool to their size: it finishes machines
// that were begun, makes the least number and the headroom, and deletes hosts
// that are empty where the location wants that. It returns what it did.
func Resize(ctx context.Context, env *Env, o ResizeOptions) (*plan.Plan, error) {
	done := &plan.Plan{}
	for { // what becomes of machines decides what more there is to do
		planned, err := PlanResize(ctx, env, o)
		if err != nil || planned.Empty() {
			return done, err
		}
		if err := env.agree(planned, o.Yes); err != nil {
			return done, err
		}
		done.Steps = append(done.Steps, planned.Steps...)
		if err := MakeHosts(ctx, env, makesOf(planned)); err != nil {
			return done, err
		}
		if err := env.deleteHosts(ctx, planned); err != nil {
			return done, err
		}
	}
}

// PlanResize tells what Resize would do, and changes nothing.
func PlanResize(ctx context.Context, env *Env, o ResizeOptions) (*plan.Plan, error) {
	all, err := env.list(ctx)
	if err != nil {
		return &plan.Plan{}, err
	}
	snapshot, err := Observe(ctx, env)
	if err != nil {
		return &plan.Plan{}, err
	}
	fleets, snapshot, err := env.fleets(ctx, all, snapshot)
	if err != nil {
		return &plan.Plan{}, err
	}
	planned := plan.Resize(plan.ResizeRequest{
		State: snapshot, Fleets: fleets, Strategies: o.Strategies, Shrink: o.Shrink, Mind: o.mind(fleets, snapshot, env.grown().keeps, time.Now()),
	})
	return planned, nil
}

// mind is what keeps empty hosts for now: they are young, or not empty for long.
func (o ResizeOptions) mind(fleets []plan.Fleet, s state.Snapshot, kept func(string) error, now time.Time) map[string]string {
	mind := map[string]string{}
	for _, f := range fleets {
		for _, m := range f.Machines {
			seen := s.Host(m.Name)
			if seen == nil || plan.Occupied(seen) != "" {
				delete(o.Idle, m.Name)
				continue
			}
			if why := kept(m.Name); why != nil {
				mind[m.Name] = why.Error()
			}
			if o.Idle != nil && o.Idle[m.Name].IsZero() {
				o.Idle[m.Name] = now
			}
			if age := now.Sub(m.Created); !m.Created.IsZero() && age < o.Delay {
				mind[m.Name] = fmt.Sprintf("made %s ago", age.Truncate(time.Second))
			}
			if idle := now.Sub(o.Idle[m.Name]); o.Idle != nil && idle < o.Delay {
				mind[m.Name] = fmt.Sprintf("empty for %s", idle.Truncate(time.Second))
			}
		}
	}
	return mind
}

// deleteHosts deletes hosts one after the other. That somebody was faster is no
// error: the host is used.
func (e *Env) deleteHosts(ctx context.Context, p *plan.Plan) error {
	var errs []error
	for _, s := range p.Steps {
		a, ok := s.Action.(plan.RemoveHost)
		if !ok {
			continue
		}
		err := DeleteHost(ctx, e, a.Location, a.Name)
		if errors.Is(err, ErrOccupied) {
			e.grown().keep(a.Name, err)
			continue
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// settle brings locations to their size after a change of a project, of which
// it is no part: what doesn't work out is told, and the next call tries again.
func (e *Env) settle(ctx context.Context, o ResizeOptions) {
	if !e.resizes() || ctx.Err() != nil {
		return
	}
	if _, err := Resize(ctx, e, o); err != nil && ctx.Err() == nil {
		e.warn([]string{err.Error()})
	}
}
