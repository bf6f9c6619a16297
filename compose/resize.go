package compose

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
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
	// is known to be too many, where its location doesn't want more; 0 deletes at
	// once.
	Delay time.Duration
	// Spare is since when hosts are known to be too many, by name; nil where one
	// look is enough. It is kept from one call to the next.
	Spare map[string]time.Time
}

// Resize brings the locations of the pool to their size: it finishes machines
// that were begun, makes the least number and the headroom, and deletes hosts
// that are empty where the location wants that. It returns what it did.
func Resize(ctx context.Context, env *Env, o ResizeOptions) (*plan.Plan, error) {
	done := &plan.Plan{}
	for { // what becomes of machines decides what more there is to do
		planned, err := PlanResize(ctx, env, o)
		if err == nil && o.Shrink {
			err = env.leaveToOthers(ctx, planned)
		}
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

// leaveToOthers takes the steps out of a plan that finish machines, while a project
// is being changed by a run that may have ordered them, and finishes them itself.
func (e *Env) leaveToOthers(ctx context.Context, p *plan.Plan) error {
	begun := func(s plan.Step) bool {
		a, makes := s.Action.(plan.MakeHost)
		return makes && a.Begun
	}
	if !slices.ContainsFunc(p.Steps, begun) {
		return nil
	}
	who, err := e.atWork(ctx)
	if who != "" {
		p.Steps = slices.DeleteFunc(p.Steps, begun)
	}
	return err
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
		State: snapshot, Fleets: fleets, Strategies: o.Strategies, Shrink: o.Shrink, Mind: env.grown().mind(),
	})
	o.postpone(planned, fleets, time.Now())
	return planned, nil
}

// postpone takes the steps out of a plan that delete hosts which are young, or
// too many for a short time only. They aren't replaced by others: a load that
// comes and goes would have machines made and deleted in turn.
func (o ResizeOptions) postpone(p *plan.Plan, fleets []plan.Fleet, now time.Time) {
	made := map[string]time.Time{}
	for _, f := range fleets {
		for _, m := range f.Machines {
			made[m.Name] = m.Created
		}
	}
	spare := map[string]bool{}
	p.Steps = slices.DeleteFunc(p.Steps, func(s plan.Step) bool {
		a, deletes := s.Action.(plan.RemoveHost)
		if !deletes {
			return false
		}
		spare[a.Name] = true
		if o.Spare != nil && o.Spare[a.Name].IsZero() {
			o.Spare[a.Name] = now
		}
		delay := max(o.Delay, a.Location.RemoveDelay)
		young := !made[a.Name].IsZero() && now.Sub(made[a.Name]) < delay
		return young || o.Spare != nil && now.Sub(o.Spare[a.Name]) < delay
	})
	maps.DeleteFunc(o.Spare, func(name string, _ time.Time) bool { return !spare[name] })
}

// decide plans, without the deletions that locations want later.
func decide(r plan.Request) (*plan.Plan, error) {
	planned, err := plan.Up(r)
	if err == nil {
		ResizeOptions{}.postpone(planned, r.Fleets, time.Now())
	}
	return planned, err
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
