package execute

import (
	"context"
	"fmt"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

func (r *run) restart(ctx context.Context, engine Engine, s plan.Step, a plan.RestartContainer) error {
	return r.doing(s, "Container "+a.Name, "Restarting", "Started", func() error {
		if err := r.runPreStop(ctx, engine, a.ID, a.Name, a.PreStop); err != nil {
			return err
		}
		if err := restartWith(ctx, engine, a); err != nil {
			return err
		}
		return r.RunHooks(ctx, engine, a.ID, a.Name, a.PostStart)
	})
}

func restartWith(ctx context.Context, engine Engine, a plan.RestartContainer) error {
	if a.Timeout != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *a.Timeout+stopGrace)
		defer cancel()
	}
	if err := putFiles(ctx, engine, a.ID, a.Files); err != nil {
		return err
	}
	return engine.RestartContainer(ctx, a.ID, a.Timeout)
}

// signal does to a container's processes what takes no time.
func (r *run) signal(ctx context.Context, engine Engine, s plan.Step) error {
	switch a := s.Action.(type) {
	case plan.KillContainer:
		return r.doing(s, "Container "+a.Name, "Killing", "Killed", func() error {
			return gone(engine.KillContainer(ctx, a.ID, a.Signal))
		})
	case plan.PauseContainer:
		return r.told(s, "Container "+a.Name, "Paused", engine.PauseContainer(ctx, a.ID))
	case plan.UnpauseContainer:
		return r.told(s, "Container "+a.Name, "Unpaused", engine.UnpauseContainer(ctx, a.ID))
	}
	return fmt.Errorf("there is no effect for %T", s.Action)
}

// told tells of an effect that is over.
func (r *run) told(s plan.Step, id, done string, err error) error {
	if err != nil {
		r.emit(s, Event{ID: id, Status: Error, Text: "Error", Details: err.Error()})
		return err
	}
	r.tell(s, id, Done, done)
	return nil
}
