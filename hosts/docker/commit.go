package docker

import (
	"context"

	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// CommitContainer makes an image of a container as it is, and returns its ID.
func (e *Engine) CommitContainer(ctx context.Context, container string, o hosts.CommitOptions) (id string, err error) {
	err = e.do(ctx, "commit "+container, 0, func(ctx context.Context) error {
		answer, err := e.api.ContainerCommit(ctx, container, client.ContainerCommitOptions{
			Reference: o.Reference, Author: o.Author, Comment: o.Message, Changes: o.Changes, NoPause: o.NoPause,
		})
		id = answer.ID
		return err
	})
	return id, err
}
