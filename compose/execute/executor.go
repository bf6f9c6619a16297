// Package execute walks a plan and causes its effects: each step as soon as
// those it waits for are done, on all hosts at once. It decides nothing. What
// it did is in the engines, so that a run that is cut short anywhere is
// finished by the next one.
package execute

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	// Withhold is the fabric's, for a host by name; nil where there is none.
	Withhold func(ctx context.Context, host, container string, atMost time.Duration) (remembered time.Duration, err error)
	// Events receives progress. Several puts the host's name on each event.
	Events  Sink
	Several bool
	// Parallel bounds the steps at work at once; 0 is no bound.
	Parallel int
	// HookOutput receives the lines that hooks write, from many goroutines at
	// once; may be nil.
	HookOutput func(HookLine)
	// Tool returns the program that works in the containers through which files
	// are shipped, for a platform; nil where no plan ships any.
	Tool func(hosts.Platform) ([]byte, error)
	// Builder returns what builds images on a host, by name; nil where no plan
	// builds any.
	Builder func(host string) (Builder, error)
	// Carrier returns what brings images from host to host, for one run; nil where
	// they pass through this machine.
	Carrier func() Carrier
	// JoinHost makes a machine a host, and tells what it does; nil where no plan
	// joins any.
	JoinHost func(ctx context.Context, h hosts.Host, tell func(text string)) error
	// WaitTimeout bounds each wait for a condition; 0 is no bound.
	WaitTimeout time.Duration
}

// Run executes the plan. A failed step keeps those that wait for it from
// running, and no others; all failures are joined in the error. When ctx ends,
// no further step begins, and Run returns once those at work have returned.
func (x *Executor) Run(ctx context.Context, p *plan.Plan) error {
	r := &run{Executor: x, done: make(map[string]*outcome, len(p.Steps)), images: agree(p.Steps)}
	r.cargoes.list = map[[2]string]*cargo{}
	if x.Carrier != nil && slices.ContainsFunc(p.Steps, carries) {
		r.carrier = x.Carrier()
		defer r.carrier.Close(ctx)
	}
	if x.Parallel > 0 {
		r.slots = make(chan struct{}, x.Parallel)
	}
	if err := r.expect(p.Steps); err != nil {
		return err
	}
	r.pulls.expect(p.Steps)
	var steps sync.WaitGroup
	for _, s := range p.Steps {
		steps.Go(func() { r.step(ctx, s) })
	}
	steps.Wait()
	return r.failures(ctx, p)
}

// carries tells whether a step may bring an image from another host.
func carries(s plan.Step) bool {
	switch s.Action.(type) {
	case plan.CopyImage, plan.PullImage:
		return true
	}
	return false
}

// expect makes an outcome for each step. Steps that wait for each other in a
// circle would wait for ever.
func (r *run) expect(steps []plan.Step) error {
	for _, s := range steps {
		r.done[s.ID] = &outcome{finished: make(chan struct{})}
	}
	passed := make(map[string]bool, len(steps))
	for _, s := range steps {
		for _, id := range s.After {
			if r.done[id] != nil && !passed[id] {
				return fmt.Errorf("plan is out of order: %q stands before %q, for which it waits; please report this", s.ID, id)
			}
		}
		passed[s.ID] = true
	}
	return nil
}

// run is one plan on its way.
type run struct {
	*Executor
	done   map[string]*outcome
	slots  chan struct{}
	images *agreement
	// carrier is nil where images pass through this machine.
	carrier Carrier
	cargoes cargoes
	pulls   pulls
	lost    sync.Map // by host name: hosts that stopped answering
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
	if a, pulls := s.Action.(plan.PullImage); pulls {
		defer r.pulls.end(s, a, false) // of one that didn't get that far
	}
	if !r.ready(ctx, s) {
		o.skipped = !r.forgiven(ctx, s)
		return
	}
	release, err := r.slot(ctx, s)
	if err != nil {
		o.skipped = true
		return
	}
	defer release()
	if _, o.skipped = r.lost.Load(s.Host); o.skipped {
		return
	}
	o.err = r.act(ctx, s)
	if errors.Is(o.err, hosts.ErrUnreachable) {
		r.lost.Store(s.Host, true)
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

// forgiven tells, with a warning, whether what depends on the step goes on
// without it: a dependency that isn't required, and failed before it ran.
func (r *run) forgiven(ctx context.Context, s plan.Step) bool {
	a, waits := s.Action.(plan.AwaitContainer)
	if !waits || a.Required || ctx.Err() != nil {
		return false
	}
	r.emit(s, Event{ID: "Container " + a.Name, Status: Warning, Text: optional, Details: "it could not be started"})
	return true
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

// aside gives the step's place to others while it waits for some of them.
func (r *run) aside(ctx context.Context, wait func()) error {
	if r.slots == nil {
		wait()
		return ctx.Err()
	}
	<-r.slots
	wait()
	r.slots <- struct{}{} // even after the end of ctx: who called takes it out again
	return ctx.Err()
}

// failures joins what went wrong, in the order of the plan. That a host was
// lost is said once for it, however many steps were at work there; and that
// ctx ended hides what failed because of that.
func (r *run) failures(ctx context.Context, p *plan.Plan) error {
	var errs []error
	unfinished, said := false, map[string]bool{}
	for _, s := range p.Steps {
		o := r.done[s.ID]
		unfinished = unfinished || o.err != nil || o.skipped
		if o.err == nil {
			continue
		}
		key := o.err.Error()
		if errors.Is(o.err, hosts.ErrUnreachable) {
			key = "lost " + s.Host
		}
		if !said[key] {
			errs = append(errs, o.err)
		}
		said[key] = true
	}
	if ctx.Err() != nil && unfinished {
		return ctx.Err()
	}
	return errors.Join(errs...)
}

// fail words a failed step: its host, what was tried, and the cause. An engine
// has said the latter two already, and a condition that isn't met all.
func (r *run) fail(s plan.Step, err error) error {
	if err == nil {
		return nil
	}
	if u, ok := errors.AsType[unmet](err); ok {
		if r.Several {
			return fmt.Errorf("host %s: %w", s.Host, u)
		}
		return u
	}
	e := hosts.Error{Op: s.Action.Verb() + " " + s.Action.Object(), Err: err}
	if told, ok := err.(*hosts.Error); ok { //nolint:errorlint // one that is wrapped has more to say
		e = *told
	}
	if e.Host = ""; r.Several {
		e.Host = s.Host
	}
	return &e
}
