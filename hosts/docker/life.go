package docker

import (
	"context"

	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// StartContainer starts a container; one that runs already is no error.
func (e *Engine) StartContainer(ctx context.Context, container string) error {
	return e.short(ctx, "start container "+container, func(ctx context.Context) error {
		_, err := e.api.ContainerStart(ctx, container, client.ContainerStartOptions{})
		return err
	})
}

// StopContainer stops a container and returns when it has ended; one that does
// not run is no error. It is bounded by CallTimeout beyond o.Timeout, and by
// ctx only where the container's own timeout counts.
func (e *Engine) StopContainer(ctx context.Context, container string, o hosts.StopOptions) error {
	options := client.ContainerStopOptions{Signal: o.Signal, Timeout: wholeSeconds(o.Timeout)}
	return e.do(ctx, "stop container "+container, e.patience(o.Timeout), func(ctx context.Context) error {
		_, err := e.api.ContainerStop(ctx, container, options)
		return err
	})
}

// RemoveContainer removes a container, one that runs only by force, and its
// anonymous volumes where volumes is set.
func (e *Engine) RemoveContainer(ctx context.Context, container string, force, volumes bool) error {
	return e.short(ctx, "remove container "+container, func(ctx context.Context) error {
		_, err := e.api.ContainerRemove(ctx, container, client.ContainerRemoveOptions{Force: force, RemoveVolumes: volumes})
		return err
	})
}

// RenameContainer gives a container another name.
func (e *Engine) RenameContainer(ctx context.Context, container, name string) error {
	return e.short(ctx, "rename container "+container+" to "+name, func(ctx context.Context) error {
		_, err := e.api.ContainerRename(ctx, container, client.ContainerRenameOptions{NewName: name})
		return err
	})
}
