package compose

import (
	"context"
	"slices"
	"sync"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// PruneRow is what was removed of one host's images, or why nothing was.
type PruneRow struct {
	Host string
	hosts.Pruned
	Err error
}

// Prune removes the images of all hosts of the pool that no container is made
// from, of whatever project, running or not. Hosts don't wait for each other.
func Prune(ctx context.Context, env *Env) []PruneRow {
	rows := make([]PruneRow, len(env.Pool))
	var work sync.WaitGroup
	for i, h := range env.Pool {
		work.Go(func() {
			rows[i].Host = h.Name
			engine, err := env.Connect(h)
			if err == nil {
				rows[i].Pruned, err = engine.PruneImages(ctx)
			}
			rows[i].Err = err
		})
	}
	work.Wait()
	return rows
}

// Unused are the images of a host that Prune would remove.
func Unused(o hosts.Observation) []hosts.Image {
	return slices.DeleteFunc(slices.Clone(o.Images), func(i hosts.Image) bool {
		return slices.ContainsFunc(o.Containers, func(c hosts.Container) bool {
			return c.ImageID == i.ID || slices.Contains(i.Tags, c.Image)
		})
	})
}
