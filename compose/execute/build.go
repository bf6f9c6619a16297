package execute

import (
	"context"
	"errors"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Builder builds images on one host. Implemented by hosts/buildkit.
type Builder interface {
	// Build returns the ID of the image. Progress is called for each change of a
	// step, one call at a time; an error has the last lines of the step that failed.
	Build(ctx context.Context, spec hosts.BuildSpec, progress func(hosts.BuildProgress)) (id string, err error)
}

// buildImage builds an image on the step's host, with an event for each change
// in a step of the build.
func (r *run) buildImage(ctx context.Context, s plan.Step, a plan.BuildImage) error {
	if r.Builder == nil {
		return errors.New("images can't be built here")
	}
	builder, err := r.Builder(s.Host)
	if err != nil {
		return err
	}
	id := "Image " + a.Ref
	return r.doing(s, id, "Building", "Built", func() error {
		_, err := builder.Build(ctx, a.Spec, func(p hosts.BuildProgress) { r.emit(s, buildEvent(id, p)) })
		return ofService(a, err)
	})
}

// ofService says which service's build has failed: of several that are built at
// once, the image's name doesn't tell it.
func ofService(a plan.BuildImage, err error) error {
	if err == nil {
		return nil
	}
	e := hosts.Error{Op: "build image " + a.Ref, Err: err}
	if told, ok := err.(*hosts.Error); ok { //nolint:errorlint // one that is wrapped has more to say
		e = *told
	}
	e.Op = "service " + a.Service + ": " + e.Op
	return &e
}

// buildEvent is what a step of a build tells, as a part of its image.
func buildEvent(image string, p hosts.BuildProgress) Event {
	e := Event{ID: p.Step, Parent: image, Status: Done, Build: true, Output: p.Line}
	switch p.State {
	case hosts.BuildCached:
		e.Text = "Cached"
	case hosts.BuildDone:
		e.Text = "Done"
	case hosts.BuildFailed:
		e.Text = "Failed"
	default:
		e.Status, e.Text = Working, "Running"
	}
	return e
}
