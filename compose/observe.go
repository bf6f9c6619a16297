package compose

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// observeTimeout is what a host may take to answer where Env.Timeout is 0.
const observeTimeout = 10 * time.Second

// Observe sweeps all hosts of the pool at once. A host that doesn't answer in
// time is a status in the snapshot; it is an error that ctx has ended, or that
// another run holds the project for which this one holds a lock.
func Observe(ctx context.Context, env *Env) (state.Snapshot, error) {
	return observeAll(ctx, env, everything)
}

// ObserveUse is Observe, and reads what hosts were measured to use in the same
// sweep: one request more for each.
func ObserveUse(ctx context.Context, env *Env) (state.Snapshot, error) {
	if env.Meter == nil {
		return Observe(ctx, env)
	}
	return observeAll(ctx, env, env.measured)
}

func observeAll(ctx context.Context, env *Env, ask look) (state.Snapshot, error) {
	s := sweep(ctx, env, ask)
	if err := ctx.Err(); err != nil {
		return s, err
	}
	return s, env.checkLock(s)
}

// look is what a sweep asks of each host.
type look func(context.Context, hosts.Host, Engine) (hosts.Observation, error)

// everything is the whole observation of a host.
func everything(ctx context.Context, _ hosts.Host, e Engine) (hosts.Observation, error) {
	o, err := e.Observe(ctx)
	if drained(o) {
		o.Host.Availability = hosts.Drain
	}
	return o, err
}

// measured is everything, and what the host was measured to use.
func (e *Env) measured(ctx context.Context, h hosts.Host, engine Engine) (hosts.Observation, error) {
	var reading hosts.Reading
	var unread error
	var work sync.WaitGroup
	work.Go(func() { reading, unread = e.Meter.Read(ctx, h) })
	o, err := everything(ctx, h, engine)
	work.Wait()
	if unread == nil {
		o.Host.Use = reading.Use(o.Time)
	}
	return o, err
}

// sweep asks all hosts of the pool at once.
func sweep(ctx context.Context, env *Env, ask look) state.Snapshot {
	s := state.Snapshot{Observations: make([]hosts.Observation, len(env.Pool))}
	var all sync.WaitGroup
	for i, h := range env.Pool {
		all.Go(func() { s.Observations[i] = env.observeHost(ctx, h, ask) })
	}
	all.Wait()
	slices.SortFunc(s.Observations, func(a, b hosts.Observation) int { return strings.Compare(a.Host.Name, b.Host.Name) })
	return s
}

// observeHost never fails: what keeps a host from answering is its status.
func (e *Env) observeHost(ctx context.Context, h hosts.Host, ask look) hosts.Observation {
	ctx, cancel := context.WithTimeout(ctx, e.patienceWith(h.Name))
	defer cancel()
	answered := e.awaited(h)
	o, err := e.ask(ctx, h, ask)
	answered(err)
	if err != nil {
		h.Status = hosts.Status{Reason: reason(err, e.patience()), NoEngine: errors.Is(err, hosts.ErrNoEngine)}
		return hosts.Observation{Host: h}
	}
	return o
}

func (e *Env) ask(ctx context.Context, h hosts.Host, ask look) (hosts.Observation, error) {
	engine, err := e.Connect(h)
	if err != nil {
		return hosts.Observation{}, err
	}
	return ask(ctx, h, engine)
}

// reason is an error without the words that a row about the host says anyway.
func reason(err error, timeout time.Duration) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in " + timeout.String()
	}
	if e, ok := errors.AsType[*hosts.Error](err); ok && e.Err != nil {
		s := e.Err.Error()
		if e.Hint != "" {
			s += " (" + e.Hint + ")"
		}
		return s
	}
	return err.Error()
}
