package compose

import (
	"context"
	"fmt"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/watcher"
)

// mirrors are the paths of the project that services mount, where a host of the
// pool may be another machine: it was given their content by up, and gets each
// change of it.
func mirrors(env *Env, p *project.Project, services []string) []string {
	if !env.several() {
		return nil
	}
	var paths []string
	for _, name := range p.ServiceNames() {
		if len(services) > 0 && !slices.Contains(services, name) {
			continue
		}
		for _, v := range p.Services[name].Volumes {
			if container.InProject(p, v) && !slices.Contains(paths, v.Source) {
				paths = append(paths, v.Source)
			}
		}
	}
	return paths
}

// mirror ships the paths that services mount, where something in them has
// changed. The marks of what was shipped say the same to the next up.
func (w *watching) mirror(ctx context.Context, changed []string) error {
	count := 0
	for _, path := range changed {
		if slices.ContainsFunc(w.mirrors, func(m string) bool { return watcher.Inside(m, path) }) {
			count++
		}
	}
	if count == 0 {
		return nil
	}
	w.options.Tell(fmt.Sprintf("Shipping files after %d changes were detected", count))
	return w.env.exclusively(ctx, w.project.Name, "watch", func(ctx context.Context, env *Env) error {
		planned, err := planUp(ctx, env, w.project, UpOptions{Options: plan.Options{Services: w.options.Services, NoDeps: true}})
		if err != nil {
			return err
		}
		return env.execute(ctx, planned.Ships(), 0)
	})
}
