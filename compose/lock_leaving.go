package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// outlast waits where somebody deletes the lock's host: a lock that goes with its
// host holds nothing. Whoever deletes a host looks for locks once it has marked
// it, and this looks for the mark once it has the lock, so that one of them sees
// the other. Meanwhile it shows that it lives, and the host is kept where that is
// seen in time.
func (l *lock) outlast(ctx context.Context, e *Env) error {
	if !e.elastic() {
		return nil
	}
	told := false
	for began := time.Now(); ; {
		v, err := markOf(ctx, l.engine, l.Patience)
		if err != nil {
			return err
		}
		disturbed := e.undisturbed(v)
		switch {
		case disturbed == nil:
			e.tellLock(l.me.Project, nil, told)
			return nil
		case time.Since(began) > l.Stale/2:
			return fmt.Errorf("host %s: %w", l.host, disturbed)
		case !told:
			told = true
			e.Events(execute.Event{ID: "Project " + l.me.Project, Status: execute.Working, Text: "Waiting", Details: "for host " + l.host + ": " + disturbed.Error()})
		}
		l.beat(ctx)
		select {
		case <-time.After(l.Poll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// errMoved is that the hosts that might have kept the project's lock were deleted.
var errMoved = errors.New("the hosts that keep the project's lock were deleted meanwhile; run the command again")

// settled is an errMoved where the run holds no lock, and the pool has other hosts
// by now than those that it has asked for one.
func (e *Env) settled(ctx context.Context) error {
	if e.held != nil || !e.elastic() {
		return nil
	}
	names := func() (all []string) {
		for _, h := range e.Pool {
			all = append(all, h.Name)
		}
		return all
	}
	asked := names()
	if _, err := e.list(ctx); err != nil {
		return err
	}
	if !slices.Equal(asked, names()) {
		return errMoved
	}
	return nil
}
