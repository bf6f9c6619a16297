package execute

import (
	"context"
	"errors"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// join makes the step's host part of the fabric.
func (r *run) join(ctx context.Context, s plan.Step, a plan.JoinFabric) error {
	return r.doing(s, "Fabric", "Joining", "Joined", func() error {
		return r.Fabric.Join(ctx, a.Host, a.Peers)
	})
}

func (r *run) createNetwork(ctx context.Context, engine Engine, s plan.Step, a plan.CreateNetwork) error {
	return r.doing(s, "Network "+a.Spec.Name, "Creating", "Created", func() error {
		_, err := engine.CreateNetwork(ctx, a.Spec)
		return err
	})
}

// removeNetwork leaves a network that others use, and says so, when the
// project goes; where it has to be made again that is a failure.
func (r *run) removeNetwork(ctx context.Context, engine Engine, s plan.Step, a plan.RemoveNetwork) error {
	r.tell(s, "Network "+a.Name, Working, "Removing")
	err := gone(engine.RemoveNetwork(ctx, a.ID))
	switch {
	case errors.Is(err, hosts.ErrConflict) && s.Reason == plan.ReasonDown:
		r.tell(s, "Network "+a.Name, Warning, "Resource is still in use")
		return nil
	case err != nil:
		r.emit(s, Event{ID: "Network " + a.Name, Status: Error, Text: "Error", Details: err.Error()})
		return err
	}
	r.tell(s, "Network "+a.Name, Done, "Removed")
	return nil
}

func (r *run) disconnect(ctx context.Context, engine Engine, a plan.DisconnectNetwork) error {
	return gone(engine.DisconnectNetwork(ctx, a.Network, a.Container, true))
}
