package execute

import (
	"context"
	"errors"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func (r *run) createVolume(ctx context.Context, engine Engine, s plan.Step, a plan.CreateVolume) error {
	return r.doing(s, "Volume "+a.Spec.Name, "Creating", "Created", func() error {
		return engine.CreateVolume(ctx, a.Spec)
	})
}

func (r *run) removeVolume(ctx context.Context, engine Engine, s plan.Step, a plan.RemoveVolume) error {
	if a.Quiet {
		err := gone(engine.RemoveVolume(ctx, a.Name))
		if errors.Is(err, hosts.ErrConflict) {
			return nil
		}
		return err
	}
	r.tell(s, "Volume "+a.Name, Working, "Removing")
	return r.removed(s, "Volume "+a.Name, gone(engine.RemoveVolume(ctx, a.Name)))
}

func (r *run) removeImage(ctx context.Context, engine Engine, s plan.Step, a plan.RemoveImage) error {
	r.tell(s, "Image "+a.Ref, Working, "Removing")
	return r.removed(s, "Image "+a.Ref, gone(engine.RemoveImage(ctx, a.Ref, false)))
}

// removed tells how a removal went; what others still use stays, with a warning.
func (r *run) removed(s plan.Step, id string, err error) error {
	switch {
	case errors.Is(err, hosts.ErrConflict) && s.Reason != plan.ReasonVolumeChanged:
		r.tell(s, id, Warning, "Resource is still in use")
		return nil
	case err != nil:
		r.emit(s, Event{ID: id, Status: Error, Text: "Error", Details: err.Error()})
		return err
	}
	r.tell(s, id, Done, "Removed")
	return nil
}
