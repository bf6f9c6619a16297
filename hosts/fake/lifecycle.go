package fake

import (
	"context"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// RestartContainer ends a container that runs, and starts it.
func (e *Engine) RestartContainer(ctx context.Context, name string, _ *time.Duration) error {
	return e.call(ctx, "RestartContainer", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		now := time.Now()
		if r.running() {
			r.Stopped = true
			s.exit(r, killed, now)
		}
		if err := s.start(r, now); err != nil {
			return err
		}
		s.event(r, "restart", now)
		return nil
	})
}

// KillContainer ends a container, whatever the signal, but for HUP and USR1,
// which it survives.
func (e *Engine) KillContainer(ctx context.Context, name, signal string) error {
	return e.call(ctx, "KillContainer", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		if !r.running() {
			return conflict("Cannot kill container: %s: Container %s is not running", name, r.ID)
		}
		now := time.Now()
		s.event(r, "kill", now)
		if signal == "HUP" || signal == "SIGHUP" || signal == "USR1" || signal == "SIGUSR1" {
			return nil
		}
		r.Stopped = true
		s.exit(r, killed, now)
		return nil
	})
}

// PauseContainer freezes a container.
func (e *Engine) PauseContainer(ctx context.Context, name string) error {
	return e.call(ctx, "PauseContainer", name, func(s *state) error {
		r, err := s.container(name)
		switch {
		case err != nil:
			return err
		case r.State == hosts.Paused:
			return conflict("Container %s is already paused", r.ID)
		case r.State != hosts.Running:
			return conflict("Container %s is not running", r.ID)
		}
		r.State = hosts.Paused
		s.event(r, "pause", time.Now())
		return nil
	})
}

// UnpauseContainer lets a container go on.
func (e *Engine) UnpauseContainer(ctx context.Context, name string) error {
	return e.call(ctx, "UnpauseContainer", name, func(s *state) error {
		r, err := s.container(name)
		switch {
		case err != nil:
			return err
		case r.State != hosts.Paused:
			return conflict("Container %s is not paused", r.ID)
		}
		r.State = hosts.Running
		s.event(r, "unpause", time.Now())
		return nil
	})
}

// WaitContainer waits until a container doesn't run.
func (e *Engine) WaitContainer(ctx context.Context, name string) (code int, err error) {
	if err := e.call(ctx, "WaitContainer", name, func(s *state) error { _, err := s.container(name); return err }); err != nil {
		return 0, err
	}
	err = e.poll(ctx, func(s *state) bool {
		r, err := s.container(name)
		if err != nil || !r.running() {
			if r != nil {
				code = r.ExitCode
			}
			return true
		}
		return false
	})
	return code, e.explain("WaitContainer", name, err)
}
