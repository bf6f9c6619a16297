package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// HaltOptions say what Halt stops.
type HaltOptions struct {
	Project string
	// Services to stop; none is all.
	Services []string
	// Timeout is nil for each container's own.
	Timeout *time.Duration
	// Kill ends all at once, whatever depends on what.
	Kill bool
}

// Halt stops the running containers of a project and removes nothing. A
// container is stopped after those whose services depend on its own.
func Halt(ctx context.Context, env *Env, o HaltOptions) error {
	snapshot, err := Observe(ctx, env)
	if err != nil {
		return err
	}
	var running []state.Container
	for _, c := range snapshot.Project(o.Project) {
		if !c.Oneoff() && alive(c.State) && (len(o.Services) == 0 || slices.Contains(o.Services, c.Service())) {
			running = append(running, c)
		}
	}
	if o.Kill {
		zero := time.Duration(0)
		return env.haltAll(ctx, running, &zero)
	}
	var problems []error
	for _, wave := range dependentsFirst(running) {
		problems = append(problems, env.haltAll(ctx, wave, o.Timeout))
	}
	return errors.Join(problems...)
}

// haltAll stops containers side by side.
func (e *Env) haltAll(ctx context.Context, containers []state.Container, timeout *time.Duration) error {
	problems := make([]error, len(containers))
	var work sync.WaitGroup
	for i, c := range containers {
		work.Go(func() { problems[i] = e.halt(ctx, c, timeout) })
	}
	work.Wait()
	return errors.Join(problems...)
}

// halt stops one container and tells of it.
func (e *Env) halt(ctx context.Context, c state.Container, timeout *time.Duration) error {
	event := execute.Event{ID: "Container " + c.Name, Status: execute.Working, Text: "Stopping"}
	if e.several() {
		event.Host = c.Host
	}
	e.Events(event)
	err := e.stop(ctx, c, timeout)
	event.Status, event.Text = execute.Done, "Stopped"
	if err != nil {
		event.Status, event.Text, event.Details = execute.Error, "Error", err.Error()
	}
	e.Events(event)
	return err
}

func (e *Env) stop(ctx context.Context, c state.Container, timeout *time.Duration) error {
	i := slices.IndexFunc(e.Pool, func(h hosts.Host) bool { return h.Name == c.Host })
	if i < 0 {
		return fmt.Errorf("stop container %s: host %s: %w", c.Name, c.Host, hosts.ErrNotFound)
	}
	engine, err := e.Connect(e.Pool[i])
	if err == nil {
		err = engine.StopContainer(ctx, c.ID, hosts.StopOptions{Timeout: timeout})
	}
	if errors.Is(err, hosts.ErrNotFound) {
		return nil // somebody else has removed it
	}
	return err
}

// dependentsFirst parts containers into waves: a service comes after all that
// depend on it. What a circle leaves over comes last.
func dependentsFirst(containers []state.Container) [][]state.Container {
	var waves [][]state.Container
	for left := containers; len(left) > 0; {
		needed := map[string]bool{}
		for _, c := range left {
			for _, service := range dependencies(c) {
				needed[service] = needed[service] || service != c.Service()
			}
		}
		var wave, rest []state.Container
		for _, c := range left {
			if needed[c.Service()] {
				rest = append(rest, c)
			} else {
				wave = append(wave, c)
			}
		}
		if len(wave) == 0 {
			return append(waves, rest)
		}
		waves, left = append(waves, wave), rest
	}
	return waves
}

// dependencies are the services that a container's label says it depends on:
// "db:service_healthy:false,cache:service_started:true".
func dependencies(c state.Container) []string {
	var services []string
	for entry := range strings.SplitSeq(c.Labels[hosts.LabelDependsOn], ",") {
		if service, _, _ := strings.Cut(entry, ":"); service != "" {
			services = append(services, service)
		}
	}
	return services
}
