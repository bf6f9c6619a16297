// Package execute walks a plan and causes its effects: each step as soon as
// those it waits for are done, on all hosts at once. It decides nothing. What
// it did is in the engines, so that a run that is cut short anywhere is
// finished by the next one.
package execute

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Executor causes the effects of plans.
type Executor struct {
	// Engine returns the engine of a host, by name.
	Engine func(host string) (Engine, error)
	// Fabric may be nil where no plan joins hosts.
	Fabric Fabric
	// Events receives progress. Several puts the host's name on each event.
	Events  Sink
	Several bool
	// Parallel bounds the steps at work at once; 0 is no bound.
	Parallel int
	// WaitTimeout bounds each wait for a condition; 0 is no bound.
	WaitTimeout time.Duration
}

// Run executes the plan. A failed step keeps those that wait for it from
// running, and no others; all failures are joined in the error. When ctx ends,
// no further step begins, and Run returns once those at work have returned.
func (x *Executor) Run(ctx context.Context, p *plan.Plan) error {
	r := &run{Executor: x, done: make(map[string]*outcome, len(p.Steps))}
	if x.Parallel > 0 {
		r.slots = make(chan struct{}, x.Parallel)
	}
	for _, s := range p.Steps {
		r.done[s.ID] = &outcome{finished: make(chan struct{})}
	}
	var steps sync.WaitGroup
	for _, s := range p.Steps {
		steps.Go(func() { r.step(ctx, s) })
	}
	steps.Wait()
	return r.failures(ctx, p)
}

// run is one plan on its way.
type run struct {
	*Executor
	done  map[string]*outcome
	slots chan struct{}
	lost  sync.Map // host name -> error: a host that stopped answering
}

// outcome is what became of a step, valid once finished is closed.
type outcome struct {
	finished chan struct{}
	err      error
	// skipped steps did not begin, because one they wait for failed.
	skipped bool
}

func (r *run) step(ctx context.Context, s plan.Step) {
	o := r.done[s.ID]
	defer close(o.finished)
	if o.skipped = !r.ready(ctx, s); o.skipped {
		return
	}
	if err, lost := r.lost.Load(s.Host); lost {
		o.err, o.skipped = err.(error), true //nolint:forcetypeassert // only errors are stored
		return
	}
	release, err := r.slot(ctx, s)
	if err != nil {
		o.skipped = true
		return
	}
	defer release()
	o.err = r.act(ctx, s)
	if errors.Is(o.err, hosts.ErrUnreachable) {
		r.lost.Store(s.Host, o.err)
	}
}

// ready waits for the steps before this one, and tells whether all succeeded.
func (r *run) ready(ctx context.Context, s plan.Step) bool {
	for _, id := range s.After {
		before, known := r.done[id]
		if !known {
			continue
		}
		select {
		case <-before.finished:
			if before.err != nil || before.skipped {
				return false
			}
		case <-ctx.Done():
			return false
		}
	}
	return ctx.Err() == nil
}

// slot takes one of the places for steps at work. Waiting for a container
// takes none: what it waits for may need one.
func (r *run) slot(ctx context.Context, s plan.Step) (release func(), err error) {
	if _, waits := s.Action.(plan.AwaitContainer); waits || r.slots == nil {
		return func() {}, nil
	}
	select {
	case r.slots <- struct{}{}:
		return func() { <-r.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// failures joins what went wrong, in the order of the plan; what follows from
// a loss of the same host is said once.
func (r *run) failures(ctx context.Context, p *plan.Plan) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var errs []error
	said := map[string]bool{}
	for _, s := range p.Steps {
		o := r.done[s.ID]
		if o.err == nil || o.skipped || said[o.err.Error()] {
			continue
		}
		said[o.err.Error()] = true
		errs = append(errs, o.err)
	}
	return errors.Join(errs...)
}

// fail words a failed step: its host, what was tried, and the cause.
func (r *run) fail(s plan.Step, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[*hosts.Error](err); ok && known.Host != "" {
		if !r.Several {
			return fmt.Errorf("%s: %w", known.Op, withHint(known))
		}
		return err
	}
	e := &hosts.Error{Op: s.Action.Verb() + " " + s.Action.Object(), Err: err}
	if r.Several {
		e.Host = s.Host
	}
	return e
}

func withHint(e *hosts.Error) error {
	if e.Hint == "" {
		return e.Err
	}
	return fmt.Errorf("%w (%s)", e.Err, e.Hint)
}
