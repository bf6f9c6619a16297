package execute

import (
	"context"
	"errors"
	"strings"

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
	err = r.doing(s, id, "Building", "Built", func() error {
		_, err := builder.Build(ctx, a.Spec, func(p hosts.BuildProgress) { r.emit(s, buildEvent(id, p)) })
		return ofService(a, err)
	})
	if err != nil || !a.Spec.Push {
		return err
	}
	return r.push(ctx, s, a)
}

// push sends what was built to its registries, under all its names. The engine
// does, and not its BuildKit, which in engines before 23 pushes nothing, in others
// trusts other registries than the engine.
func (r *run) push(ctx context.Context, s plan.Step, a plan.BuildImage) error {
	engine, err := r.Engine(s.Host)
	if err != nil {
		return err
	}
	for _, ref := range a.Spec.Tags {
		id := "Image " + ref
		err := r.doing(s, id, "Pushing", "Pushed", func() error {
			return ofService(a, engine.PushImage(ctx, ref, func(p hosts.PullProgress) { r.emit(s, PushedLayer(id, p)) }))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// PushedLayer is a layer of an image on its way to the registry.
func PushedLayer(image string, p hosts.PullProgress) Event {
	e := Event{ID: p.Layer, Parent: image, Status: Working, Text: p.Status, Current: p.Current, Total: p.Total}
	switch {
	case p.Status == "Pushed" || p.Status == "Layer already exists" || strings.HasPrefix(p.Status, "Mounted from"):
		e.Status, e.Percent = Done, 100
	case p.Total > 0:
		e.Percent = int(min(100, 100*p.Current/p.Total))
	}
	return e
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
