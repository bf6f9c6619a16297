package fake

import (
	"context"
	"net/netip"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// StartContainer starts a container: it takes addresses and ports.
func (e *Engine) StartContainer(ctx context.Context, name string) error {
	return e.call(ctx, "StartContainer", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil || r.running() {
			return err
		}
		return s.start(r, time.Now())
	})
}

// StopContainer stops a container at once, as by a signal that kills.
func (e *Engine) StopContainer(ctx context.Context, name string, _ hosts.StopOptions) error {
	return e.call(ctx, "StopContainer", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil || !r.running() {
			return err
		}
		r.Stopped = true
		now := time.Now()
		s.event(r, "kill", now)
		s.exit(r, killed, now)
		s.event(r, "stop", now)
		return nil
	})
}

// noting is how long an engine takes to note the start of a process, which may
// have ended by then.
const noting = time.Millisecond

// killed is the exit code of a process that SIGKILL ended.
const killed = 137

// RemoveContainer removes a container.
func (e *Engine) RemoveContainer(ctx context.Context, name string, force, volumes bool) error {
	return e.call(ctx, "RemoveContainer", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		if r.running() && !force {
			return conflict("You cannot remove a running container %s. Stop the container before attempting removal or force remove", r.ID)
		}
		s.remove(r, volumes)
		return nil
	})
}

func (s *state) remove(r *record, volumes bool) {
	now := time.Now()
	if r.running() {
		r.Stopped = true
		s.exit(r, killed, now)
	}
	delete(s.Containers, r.ID)
	if volumes {
		for _, v := range r.Anonymous {
			delete(s.Volumes, v)
		}
	}
	s.event(r, "destroy", now)
}

// RenameContainer gives a container another name.
func (e *Engine) RenameContainer(ctx context.Context, name, to string) error {
	return e.call(ctx, "RenameContainer", name+" to "+to, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		if err := s.nameFree(to); err != nil {
			return err
		}
		r.Name = to
		s.event(r, "rename", time.Now())
		return nil
	})
}

// InspectContainer returns all about one container.
func (e *Engine) InspectContainer(ctx context.Context, name string) (hosts.ContainerDetail, error) {
	var detail hosts.ContainerDetail
	err := e.call(ctx, "InspectContainer", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		s.look(r)
		detail = r.detail()
		return nil
	})
	return detail, err
}

func (s *state) start(r *record, now time.Time) error {
	if err := s.takePorts(r); err != nil {
		return err
	}
	if err := s.takeAddresses(r); err != nil {
		r.Ports = nil
		return err
	}
	r.State, r.Stopped = hosts.Running, false
	r.Began, r.Started = now.UTC(), now.UTC().Add(noting)
	r.Health, r.Looks = "", 0
	if r.hasHealthcheck() {
		r.Health = "starting"
	}
	r.Script, r.Shown = interpret(r.command(), r.Files), 0
	if r.copier() {
		r.Script = nil
	}
	s.event(r, "start", now)
	return nil
}

// exit ends a container's process; addresses and ports are free again.
func (s *state) exit(r *record, code int, at time.Time) {
	r.State, r.ExitCode, r.Finished = hosts.Exited, code, at.UTC()
	r.flush()
	if r.Health == "starting" {
		r.Health = "unhealthy"
	}
	s.event(r, "die", at)
	if s.restarts(r) {
		r.State = hosts.Restarting
		return
	}
	r.Ports = nil
	for i := range r.Attached {
		r.Attached[i].Address = netip.Addr{}
	}
}
