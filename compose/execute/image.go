package execute

import (
	"context"
	"errors"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// pull brings an image to the host, with an event for each layer's change. All
// hosts get the same image: by its digest, or else what they got is compared. What
// the registry doesn't give is had from another host that has it.
func (r *run) pull(ctx context.Context, engine Engine, s plan.Step, a plan.PullImage) error {
	remark := ""
	err := r.pulling(s, a, func() (err error) {
		r.pulls.begin(s, a)
		remark, err = r.ask(ctx, engine, s, a)
		r.pulls.end(s, a, err == nil)
		if errors.Is(err, hosts.ErrRegistry) {
			remark, err = r.relieve(ctx, engine, s, a, err)
		}
		return err
	})
	if remark != "" && err == nil {
		r.emit(s, Event{ID: "Image " + a.Ref, Status: Warning, Text: "Pulled", Details: remark})
	}
	if (a.Optional || a.Buildable) && ctx.Err() == nil {
		return nil
	}
	return err
}

// ask has the registry asked for an image. The remark is what a user should know
// of what came.
func (r *run) ask(ctx context.Context, engine Engine, s plan.Step, a plan.PullImage) (remark string, err error) {
	if by := pinned(a.Ref, r.images.digest(ctx, engine, a.Ref)); by != "" {
		err = r.fetch(ctx, engine, s, a, by)
		if err == nil {
			return "", engine.TagImage(ctx, by, a.Ref)
		}
		if !errors.Is(err, hosts.ErrNotFound) {
			return "", err
		} // the registry has the tag, but no more what it meant
	}
	if err := r.fetch(ctx, engine, s, a, a.Ref); err != nil {
		return "", err
	}
	if r.differs(ctx, engine, a.Ref) {
		return "not the same as on other hosts: the tag has moved in the registry", nil
	}
	return "", nil
}

// pulling tells the progress of a pull. That what can be built couldn't be
// pulled is no error.
func (r *run) pulling(s plan.Step, a plan.PullImage, effect func() error) error {
	id := "Image " + a.Ref
	if !a.Buildable {
		return r.doing(s, id, "Pulling", "Pulled", effect)
	}
	r.tell(s, id, Working, "Pulling")
	err := effect()
	if err != nil {
		r.emit(s, Event{ID: id, Status: Warning, Text: "Not pulled", Details: "it can be built"})
		return err
	}
	r.tell(s, id, Done, "Pulled")
	return nil
}

func (r *run) fetch(ctx context.Context, engine Engine, s plan.Step, a plan.PullImage, ref string) error {
	return engine.PullImage(ctx, ref, hosts.PullOptions{Platform: a.Platform, Progress: func(p hosts.PullProgress) {
		r.emit(s, layer("Image "+a.Ref, p))
	}})
}

// differs tells whether an image that was pulled by its tag isn't what other
// hosts have.
func (r *run) differs(ctx context.Context, engine Engine, ref string) bool {
	if r.images.shared[ref] < 2 {
		return false
	}
	image, err := engine.InspectImage(ctx, ref)
	return err == nil && !r.images.brought(ref, image)
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
