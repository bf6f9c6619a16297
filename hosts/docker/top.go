package docker

import (
	"context"

	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Processes lists the processes of a container that runs.
func (e *Engine) Processes(ctx context.Context, name string) (hosts.Processes, error) {
	var list hosts.Processes
	err := e.short(ctx, "list processes of container "+name, func(ctx context.Context) error {
		answer, err := e.api.ContainerTop(ctx, name, client.ContainerTopOptions{})
		list = hosts.Processes{Titles: answer.Titles, Rows: answer.Processes}
		return err
	})
	return list, err
}
