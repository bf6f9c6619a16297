package compose

import (
	"context"
	"io"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/state"
)

// Export writes all files of a service's running container as tar.
func Export(ctx context.Context, env *Env, r Replica, out io.Writer) error {
	c, engine, err := env.pick(ctx, r)
	if err != nil {
		return err
	}
	return env.doing(env.about(c), "Exporting", "Exported", func() error {
		return patiently(ctx, func(ctx context.Context, p patience) error {
			content, err := engine.ExportContainer(ctx, c.Name)
			if err != nil {
				return err
			}
			defer content.Close()
			_, err = io.Copy(out, p.reading(content))
			return err
		})
	})
}

// PlanExport tells what Export would do.
func PlanExport(ctx context.Context, env *Env, r Replica) error {
	c, _, err := env.pick(ctx, r)
	if err != nil {
		return err
	}
	return env.doing(env.about(c), "Exporting", "Exported", func() error { return nil })
}

// about is an event of a container, by its name alone.
func (e *Env) about(c state.Container) execute.Event {
	event := execute.Event{ID: c.Name}
	if e.several() {
		event.Host = c.Host
	}
	return event
}
