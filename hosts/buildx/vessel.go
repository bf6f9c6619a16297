package buildx

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Engine is the one that has builders in its containers.
type Engine interface {
	InspectContainer(ctx context.Context, container string) (hosts.ContainerDetail, error)
	CreateContainer(ctx context.Context, spec hosts.ContainerSpec) (id string, err error)
	StartContainer(ctx context.Context, container string) error
	Exec(ctx context.Context, container string, command []string) (hosts.ExecResult, error)
	RunExec(ctx context.Context, container string, o hosts.ExecOptions, s hosts.Streams) (code int, err error)
	PullImage(ctx context.Context, ref string, o hosts.PullOptions) error
	InspectImage(ctx context.Context, ref string) (hosts.Image, error)
}

// containerPrefix is what buildx puts before the name of a node.
const containerPrefix = "buildx_buildkit_"

// vessel is a container with a BuildKit in it.
type vessel struct {
	engine Engine
	node   node
	name   string
}

// run makes the container where it is missing, starts it where it doesn't run,
// and waits for its BuildKit then.
func (v *vessel) run(ctx context.Context, tell func(string)) error {
	if tell == nil {
		tell = func(string) {}
	}
	found, err := v.engine.InspectContainer(ctx, v.name)
	switch {
	case errors.Is(err, hosts.ErrNotFound):
		if err := v.create(ctx, tell); err != nil {
			return err
		}
	case err != nil:
		return err
	case found.State == hosts.Running:
		return nil
	}
	tell("starting container " + v.name)
	if err := v.engine.StartContainer(ctx, v.name); err != nil {
		return err
	}
	return v.wait(ctx)
}

// A BuildKit listens soon after its container has started, or never.
const (
	startTimeout = time.Minute
	startPause   = 200 * time.Millisecond
)

// wait returns once BuildKit answers in the container.
func (v *vessel) wait(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		answer, err := v.engine.Exec(limited, v.name, []string{"buildctl", "debug", "workers"})
		if err == nil && answer.ExitCode == 0 {
			return nil
		}
		select {
		case <-time.After(startPause):
		case <-limited.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err == nil {
				err = errors.New(strings.TrimSpace(string(answer.Stderr)))
			}
			return fmt.Errorf("container %s has started, and no BuildKit answers in it after %v (docker logs %s): %w", v.name, startTimeout, v.name, err)
		}
	}
}
