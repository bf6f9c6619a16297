package fake

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Fault is something that goes wrong with some calls.
type Fault struct {
	// Method is the method's name, such as "CreateContainer"; "" is any.
	Method string `json:",omitempty"`
	// Object is a part of what it is called with; "" is any.
	Object string `json:",omitempty"`
	// Nth is which of the calls that match suffers, from 1; 0 is each.
	Nth int `json:",omitempty"`
	// Kind is what it fails as; "" does not fail.
	Kind FaultKind `json:",omitempty"`
	// Text is the error's text; "" is a default.
	Text string `json:",omitempty"`
	// After lets the call have its effect before it fails, as when the
	// connection dies half way.
	After bool `json:",omitempty"`
	// Delay passes before the call, or until its context ends.
	Delay time.Duration `json:",omitempty"`
	// Seen counts the calls that matched.
	Seen int `json:",omitempty"`
}

// FaultKind is a kind of error.
type FaultKind string

// The kinds of faults.
const (
	Unreachable FaultKind = "unreachable"
	Conflict    FaultKind = "conflict"
	NotFound    FaultKind = "not found"
	Broken      FaultKind = "broken"
	Capacity    FaultKind = "capacity"
	// Limited is what a registry does with those who ask too much of it.
	Limited FaultKind = "limited"
)

// Inject adds a fault.
func (e *Engine) Inject(f Fault) {
	_ = e.update(func(s *state) error {
		s.Faults = append(s.Faults, f)
		return nil
	})
}

// Heal takes all faults away.
func (e *Engine) Heal() {
	_ = e.update(func(s *state) error {
		s.Faults = nil
		return nil
	})
}

type faults []Fault

// due counts the call for each fault that matches, and returns those it suffers.
func due(injected []Fault, method, object string) faults {
	var all faults
	for i := range injected {
		f := &injected[i]
		if f.Method != "" && f.Method != method || !strings.Contains(object, f.Object) {
			continue
		}
		if f.Seen++; f.Nth == 0 || f.Nth == f.Seen {
			all = append(all, *f)
		}
	}
	return all
}

// before waits out the delays, and fails where a fault prevents the call.
func (all faults) before(ctx context.Context) error {
	for _, f := range all {
		if err := wait(ctx, f.Delay); err != nil {
			return err
		}
	}
	return errors.Join(ctx.Err(), all.fail(false))
}

// around is a call that suffers the faults.
func (all faults) around(ctx context.Context, act func() error) error {
	err := all.before(ctx)
	if err == nil {
		err = act()
	}
	if err == nil {
		err = all.after()
	}
	return err
}

func (all faults) after() error { return all.fail(true) }

func (all faults) fail(after bool) error {
	for _, f := range all {
		if f.Kind != "" && f.After == after {
			return f.err()
		}
	}
	return nil
}

func (f Fault) err() error {
	switch f.Kind {
	case Unreachable:
		return &failure{hosts.ErrUnreachable, cmp.Or(f.Text, "connection refused")}
	case Conflict:
		return &failure{hosts.ErrConflict, cmp.Or(f.Text, "conflict")}
	case NotFound:
		return &failure{hosts.ErrNotFound, cmp.Or(f.Text, "not found")}
	case Capacity:
		return &failure{hosts.ErrCapacity, cmp.Or(f.Text, "the quota is used up")}
	case Limited:
		return &failure{hosts.ErrRegistry, cmp.Or(f.Text, "toomanyrequests: you have reached your pull rate limit")}
	}
	return errors.New(cmp.Or(f.Text, "internal error"))
}

func wait(ctx context.Context, d time.Duration) error {
	if d == 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
