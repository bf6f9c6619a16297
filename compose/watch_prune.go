package compose

import (
	"context"
	"sync"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// prune removes the project's images that have lost their names to newer ones,
// on all hosts. One that can't be removed, as somebody uses it, stays until the
// next time.
func (w *watching) prune(ctx context.Context) error {
	snapshot, err := Observe(ctx, w.env)
	if err != nil {
		return err
	}
	var work sync.WaitGroup
	for _, o := range snapshot.Ready() {
		for _, image := range replaced(o, w.project.Name) {
			engine, err := w.env.engineOf(o.Host.Name)
			if err != nil {
				return err
			}
			work.Go(func() { _ = engine.RemoveImage(ctx, image, false) })
		}
	}
	work.Wait()
	return ctx.Err()
}

// replaced are the IDs of a project's images on a host that have no name and no
// container.
func replaced(o hosts.Observation, project string) []string {
	used := map[string]bool{}
	for _, c := range o.Containers {
		used[c.ImageID] = true
	}
	var ids []string
	for _, i := range o.Images {
		if i.Labels[hosts.LabelProject] == project && len(i.Tags)+len(i.Digests) == 0 && !used[i.ID] {
			ids = append(ids, i.ID)
		}
	}
	return ids
}
