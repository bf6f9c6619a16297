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
	return sweep(ctx, env, false)
}

// ObserveUse is Observe, and reads what hosts were measured to use in the same
// sweep: one request more for each.
func ObserveUse(ctx context.Context, env *Env) (state.Snapshot, error) {
	return sweep(ctx, env, env.Meter != nil)
}

func sweep(ctx context.Context, env *Env, measured bool) (state.Snapshot, error) {
	s := state.Snapshot{Observations: make([]hosts.Observation, len(env.Pool))}
	var work sync.WaitGroup
	for i, h := range env.Pool {
		work.Go(func() { s.Observations[i] = observeHost(ctx, env, h, measured) })
	}
	work.Wait()
	slices.SortFunc(s.Observations, func(a, b hosts.Observation) int { return strings.Compare(a.Host.Name, b.Host.Name) })
	if err := ctx.Err(); err != nil {
		return s, err
	}
	return s, env.checkLock(s)
}

// observeHost never fails: what keeps a host from answering is its status.
func observeHost(ctx context.Context, env *Env, h hosts.Host, measured bool) hosts.Observation {
	ctx, cancel := context.WithTimeout(ctx, env.patienceWith(h.Name))
	defer cancel()
	var reading hosts.Reading
	unread := error(hosts.ErrNotFound)
	var work sync.WaitGroup
	if measured {
		work.Go(func() { reading, unread = env.Meter.Read(ctx, h) })
	}
	o, err := observe(ctx, env, h)
	work.Wait()
	if unread == nil {
		o.Host.Use = reading.Use(o.Time)
	}
	if err != nil {
		h.Status = hosts.Status{Reason: reason(err, env.patience())}
		return hosts.Observation{Host: h}
	}
	return o
}

func observe(ctx context.Context, env *Env, h hosts.Host) (hosts.Observation, error) {
	engine, err := env.Connect(h)
	if err != nil {
		return hosts.Observation{}, err
	}
	o, err := engine.Observe(ctx)
	if drained(o) {
		o.Host.Availability = hosts.Drain
	}
	return o, err
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
