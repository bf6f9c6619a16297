// Package fake is a Docker Engine in memory, or in a file that outlives the
// process. It behaves as a real one in what this project uses: names, IDs,
// addresses, ports in use, volumes, states, health, logs, events and plugins,
// and it answers with the same kinds of errors. hosts/conformance holds both
// to it.
//
// Containers run a small shell (see [Engine.Exec]): echo, sleep, cat, exit,
// true and false; any other command runs for ever, as a server does. Labels of
// the container script what a shell can't: see [LabelHealthyAfter].
//
// An [Engine] records its calls, and fails where a [Fault] says so.
package fake

import (
	"context"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Engine is one fake engine. It is safe for concurrent use.
type Engine struct {
	host  string
	mu    sync.Mutex
	store store[state]
	exec  ExecFunc
	dial  DialFunc
	// down tells why the machine doesn't answer; nil is one that always does.
	down func() error
}

// ExecFunc answers commands that the shell does not know; false is "not found".
type ExecFunc func(container string, command []string) (hosts.ExecResult, bool)

// New returns an engine in memory for the host, which is described as a Linux
// machine of four CPUs and 8 GiB where it says nothing else.
func New(h hosts.Host) *Engine {
	return &Engine{host: h.Name, store: &memory[state]{newState(h)}}
}

// renew leaves nothing of what the engine knows but the registry, which isn't its own.
func (e *Engine) renew() error {
	return e.update(func(s *state) error {
		images := s.Registry
		*s = *newState(hosts.Host{Name: e.host})
		s.Registry = images
		return nil
	})
}

// OnExec sets what answers commands that the shell does not know.
func (e *Engine) OnExec(f ExecFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.exec = f
}

// Close does nothing; real engines have connections to close.
func (e *Engine) Close() error { return nil }

// call is one call: it is recorded, suffers the faults that are due, and acts
// on the state as it is at that moment.
func (e *Engine) call(ctx context.Context, method, object string, act func(*state) error) error {
	err := e.record(method, object).around(ctx, func() error {
		if e.down != nil {
			if err := e.down(); err != nil {
				return err
			}
		}
		return e.update(act)
	})
	return e.explain(method, object, err)
}

// record notes the call, and returns what is to go wrong with it. A store that
// can't be read shows in the call's own update.
func (e *Engine) record(method, object string) (all faults) {
	_ = e.update(func(s *state) error {
		s.Calls = append(s.Calls, Call{Method: method, Object: object})
		all = due(s.Faults, method, object)
		return nil
	})
	return all
}

// update lets time pass in the state, and then changes it.
func (e *Engine) update(act func(*state) error) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.store.update(func(s *state) error {
		s.settle(time.Now())
		return act(s)
	})
}

// poll looks at the state until look is done or ctx ends.
func (e *Engine) poll(ctx context.Context, look func(*state) (done bool)) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		var done bool
		err := e.update(func(s *state) error {
			done = look(s)
			return nil
		})
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}

const pollInterval = 10 * time.Millisecond
