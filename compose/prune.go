package compose

import (
	"context"
	"fmt"
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
			rows[i].Pruned, rows[i].Err = prune(ctx, env, h)
		})
	}
	work.Wait()
	return rows
}

// prune leaves a host alone to or from which images are copied: one that has
// just arrived has no container yet.
func prune(ctx context.Context, env *Env, h hosts.Host) (hosts.Pruned, error) {
	engine, err := env.Connect(h)
	if err != nil {
		return hosts.Pruned{}, err
	}
	seen, err := engine.Observe(ctx)
	if err != nil {
		return hosts.Pruned{}, err
	}
	if slices.ContainsFunc(seen.Containers, isCourier) {
		return hosts.Pruned{}, fmt.Errorf("host %s: images are being copied to it or from it; prune it when that has ended", h.Name)
	}
	return engine.PruneImages(ctx)
}

func isCourier(c hosts.Container) bool {
	return c.Labels[hosts.LabelFabric] == hosts.FabricCourier && c.State == hosts.Running
}

// Unused are the images of a host that Prune would remove.
func Unused(o hosts.Observation) []hosts.Image {
	return slices.DeleteFunc(slices.Clone(o.Images), func(i hosts.Image) bool {
		return slices.ContainsFunc(o.Containers, func(c hosts.Container) bool {
			return c.ImageID == i.ID || slices.Contains(i.Tags, c.Image)
		})
	})
}
