package compose

import (
	"context"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Commit makes an image of a service's running container, on its host. A dry
// one only tells.
func Commit(ctx context.Context, env *Env, r Replica, o hosts.CommitOptions, dry bool) error {
	c, engine, err := env.pick(ctx, r)
	if err != nil {
		return err
	}
	event := env.about(c)
	event.Status, event.Text = execute.Working, "Committing"
	env.Events(event)
	id := ""
	if !dry {
		if id, err = engine.CommitContainer(ctx, c.Name, o); err != nil {
			event.Status, event.Text = execute.Error, "Error"
			env.Events(event)
			return env.plainly(err)
		}
	}
	event.Status, event.Text = execute.Done, "Committed"
	if id != "" {
		event.Text += " as " + id
	}
	env.Events(event)
	return nil
}
