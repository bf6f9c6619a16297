package execute

import (
	"context"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// pull brings an image to the host, with an event for each layer's change.
func (r *run) pull(ctx context.Context, engine Engine, s plan.Step, a plan.PullImage) error {
	id := "Image " + a.Ref
	return r.doing(s, id, "Pulling", "Pulled", func() error {
		return engine.PullImage(ctx, a.Ref, hosts.PullOptions{Platform: a.Platform, Progress: func(p hosts.PullProgress) {
			r.emit(s, layer(id, p))
		}})
	})
}

func layer(image string, p hosts.PullProgress) Event {
	e := Event{ID: p.Layer, Parent: image, Status: Working, Text: p.Status, Current: p.Current, Total: p.Total}
	switch p.Status {
	case "Pull complete", "Already exists":
		e.Status, e.Percent = Done, 100
	default:
		if p.Total > 0 {
			e.Percent = int(min(100, 100*p.Current/p.Total))
		}
	}
	return e
}
