package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
)

// Ended is how a container that was waited for has ended.
type Ended struct {
	state.Container
	Code int
}

// Wait waits until the containers of the services don't run, one-off ones
// included, and tells of each as it ends. It returns the exit code of the last.
// No container at all is an error.
func Wait(ctx context.Context, env *Env, project string, services []string, tell func(Ended)) (int, error) {
	snapshot, err := Observe(ctx, env)
	if err != nil {
		return 0, err
	}
	if absent := snapshot.Absent(); len(absent) > 0 && len(absent) == len(env.Pool) {
		return 0, plan.Unreachable(absent)
	}
	var containers []state.Container
	for _, c := range snapshot.Project(project) {
		if slices.Contains(services, c.Service()) {
			containers = append(containers, c)
		}
	}
	if len(containers) == 0 {
		return 0, fmt.Errorf("no containers for project %q", project)
	}
	return env.waitAll(ctx, containers, tell)
}

// waitAll waits for containers side by side, and tells of one at a time.
func (e *Env) waitAll(ctx context.Context, containers []state.Container, tell func(Ended)) (last int, err error) {
	var telling sync.Mutex
	problems := make([]error, len(containers))
	var waits sync.WaitGroup
	for i, c := range containers {
		waits.Go(func() {
			code, err := e.waitFor(ctx, c)
			telling.Lock()
			defer telling.Unlock()
			if problems[i] = err; err == nil {
				last = code
				tell(Ended{c, code})
			}
		})
	}
	waits.Wait()
	return last, errors.Join(problems...)
}

func (e *Env) waitFor(ctx context.Context, c state.Container) (int, error) {
	engine, err := e.engineOf(c.Host)
	if err != nil {
		return 0, err
	}
	return engine.WaitContainer(ctx, c.ID)
}
