package execute

import (
	"context"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

// callTimeout bounds one step that only asks the engine for something. Pulls
// and waits have their own measure.
const callTimeout = 2 * time.Minute

// act causes one step's effect.
func (r *run) act(ctx context.Context, s plan.Step) error {
	engine, err := r.Engine(s.Host)
	if err != nil {
		return r.fail(s, err)
	}
	return r.fail(s, r.effect(ctx, engine, s))
}

// effect knows how long each step may take: those that users' own programs or
// networks have a part in measure themselves.
func (r *run) effect(ctx context.Context, engine Engine, s plan.Step) error {
	switch a := s.Action.(type) {
	case plan.PullImage:
		return r.pull(ctx, engine, s, a)
	case plan.BuildImage:
		return r.buildImage(ctx, s, a)
	case plan.CopyImage:
		return r.copyImage(ctx, engine, s, a)
	case plan.ShipFiles:
		return r.ship(ctx, engine, s, a)
	case plan.AwaitContainer:
		return r.await(ctx, engine, s, a)
	case plan.JoinHost:
		return r.joinHost(ctx, s, a)
	case plan.JoinFabric:
		return r.join(ctx, s, a)
	case plan.RunHook:
		return r.runHook(ctx, engine, s, a)
	case plan.StartContainer:
		return r.start(ctx, engine, s, a)
	case plan.StopContainer:
		return r.stop(ctx, engine, s, a)
	case plan.RestartContainer:
		return r.restart(ctx, engine, s, a)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return r.call(ctx, engine, s)
}

// call causes the effects that are a matter of a call or two.
func (r *run) call(ctx context.Context, engine Engine, s plan.Step) error {
	switch a := s.Action.(type) {
	case plan.CheckPaths:
		return r.checkPaths(ctx, engine, a)
	case plan.CreateNetwork:
		return r.createNetwork(ctx, engine, s, a)
	case plan.RemoveNetwork:
		return r.removeNetwork(ctx, engine, s, a)
	case plan.CreateVolume:
		return r.createVolume(ctx, engine, s, a)
	case plan.RemoveVolume:
		return r.removeVolume(ctx, engine, s, a)
	case plan.RemoveImage:
		return r.removeImage(ctx, engine, s, a)
	case plan.CreateContainer:
		return r.createContainer(ctx, engine, s, a)
	case plan.RenameContainer:
		return r.rename(ctx, engine, s, a)
	case plan.RemoveContainer:
		return r.removeContainer(ctx, engine, s, a)
	case plan.DisconnectNetwork:
		return r.disconnect(ctx, engine, a)
	case plan.ConnectNetwork:
		return engine.ConnectNetwork(ctx, a.Attachment.Network, a.Container, a.Attachment.Endpoint)
	}
	return r.signal(ctx, engine, s)
}

// tell emits an event about a thing on the step's host.
func (r *run) tell(s plan.Step, id string, status EventStatus, text string) {
	r.emit(s, Event{ID: id, Status: status, Text: text})
}

func (r *run) emit(s plan.Step, e Event) {
	if r.Events == nil {
		return
	}
	if r.Several {
		e.Host = s.Host
	}
	r.Events(e)
}

// doing tells a thing's progress around an effect: the word for the work, the
// word for its end, and the error where it fails.
func (r *run) doing(s plan.Step, id, working, done string, effect func() error) error {
	r.tell(s, id, Working, working)
	if err := effect(); err != nil {
		r.emit(s, Event{ID: id, Status: Error, Text: "Error", Details: err.Error()})
		return err
	}
	r.tell(s, id, Done, done)
	return nil
}
