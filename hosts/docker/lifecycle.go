package docker

import (
	"context"
	"errors"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"
)

// RestartContainer stops a container as StopContainer does, and starts it; one
// that doesn't run is started. A nil timeout is the container's own.
func (e *Engine) RestartContainer(ctx context.Context, name string, timeout *time.Duration) error {
	options := client.ContainerRestartOptions{Timeout: wholeSeconds(timeout)}
	return e.do(ctx, "restart container "+name, e.patience(timeout), func(ctx context.Context) error {
		_, err := e.api.ContainerRestart(ctx, name, options)
		return err
	})
}

// KillContainer sends a signal, KILL where it is ""; a container that doesn't
// run is hosts.ErrConflict.
func (e *Engine) KillContainer(ctx context.Context, name, signal string) error {
	return e.short(ctx, "kill container "+name, func(ctx context.Context) error {
		_, err := e.api.ContainerKill(ctx, name, client.ContainerKillOptions{Signal: signal})
		return err
	})
}

// PauseContainer freezes a running container.
func (e *Engine) PauseContainer(ctx context.Context, name string) error {
	return e.short(ctx, "pause container "+name, func(ctx context.Context) error {
		_, err := e.api.ContainerPause(ctx, name, client.ContainerPauseOptions{})
		return err
	})
}

// UnpauseContainer lets a paused container go on.
func (e *Engine) UnpauseContainer(ctx context.Context, name string) error {
	return e.short(ctx, "unpause container "+name, func(ctx context.Context) error {
		_, err := e.api.ContainerUnpause(ctx, name, client.ContainerUnpauseOptions{})
		return err
	})
}

// WaitContainer returns the exit code of a container once it doesn't run, for
// which it waits until ctx ends.
func (e *Engine) WaitContainer(ctx context.Context, name string) (code int, err error) {
	err = e.do(ctx, "wait for container "+name, 0, func(ctx context.Context) error {
		wait := e.api.ContainerWait(ctx, name, client.ContainerWaitOptions{Condition: container.WaitConditionNotRunning})
		select {
		case answer := <-wait.Result:
			code = int(answer.StatusCode)
			if answer.Error != nil && answer.Error.Message != "" {
				return errors.New(answer.Error.Message)
			}
			return nil
		case err := <-wait.Error:
			return err
		}
	})
	return code, err
}

// wholeSeconds rounds up: half a second must not become "kill at once".
func wholeSeconds(d *time.Duration) *int {
	if d == nil {
		return nil
	}
	n := int((*d + time.Second - 1) / time.Second)
	return &n
}

// patience bounds a call that waits for a container's end; 0, for the
// container's own timeout, is no bound.
func (e *Engine) patience(timeout *time.Duration) time.Duration {
	if timeout == nil {
		return 0
	}
	return *timeout + e.o.CallTimeout
}
