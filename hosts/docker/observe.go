package docker

import (
	"cmp"
	"context"

	"github.com/moby/moby/client"
	"golang.org/x/sync/errgroup"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Observe sees everything on the host in one sweep: at most six requests on a
// fresh engine, five of them at once.
func (e *Engine) Observe(ctx context.Context) (hosts.Observation, error) {
	o := hosts.Observation{Host: e.host}
	err := e.short(ctx, "observe", func(ctx context.Context) error { return e.sweep(ctx, &o) })
	if err != nil {
		return hosts.Observation{Host: e.host}, err
	}
	o.Host.Status = hosts.Status{Ready: true}
	return o, nil
}

// ObserveContainers sees only containers of the host, with one request.
func (e *Engine) ObserveContainers(ctx context.Context, f hosts.ContainerFilter) (hosts.Observation, error) {
	o := hosts.Observation{Host: e.host}
	filters := client.Filters{}
	for _, label := range f.Labels {
		filters = filters.Add("label", label)
	}
	err := e.short(ctx, "list containers", func(ctx context.Context) error {
		answer, err := e.api.ContainerList(ctx, client.ContainerListOptions{All: f.All, Filters: filters})
		o.Containers = containers(answer.Items)
		return err
	})
	if err != nil {
		return hosts.Observation{Host: e.host}, err
	}
	o.Host.Address = cmp.Or(o.Host.Address, e.target.address())
	o.Host.Status = hosts.Status{Ready: true}
	return o, nil
}

// ObserveHost sees only the host itself, and where it keeps images, with one request.
func (e *Engine) ObserveHost(ctx context.Context) (hosts.Observation, error) {
	o := hosts.Observation{Host: e.host}
	err := e.short(ctx, "observe host", func(ctx context.Context) error { return e.look(ctx, &o) })
	if err != nil {
		return hosts.Observation{Host: e.host}, err
	}
	o.Host.Status = hosts.Status{Ready: true}
	return o, nil
}

// ObserveImages returns the images that have a tag in one of the repositories,
// with one request. To list all costs an engine with many a while.
func (e *Engine) ObserveImages(ctx context.Context, repositories ...string) (list []hosts.Image, err error) {
	filters := client.Filters{}.Add("reference", repositories...)
	err = e.short(ctx, "list images", func(ctx context.Context) error {
		answer, err := e.api.ImageList(ctx, client.ImageListOptions{Filters: filters})
		list = images(answer.Items)
		return err
	})
	return list, err
}

// look asks the engine about itself.
func (e *Engine) look(ctx context.Context, o *hosts.Observation) error {
	answer, err := e.api.Info(ctx, client.InfoOptions{})
	o.Host, o.Time, o.Store = e.describe(answer.Info), parseTime(answer.Info.SystemTime), e.imageStore(answer.Info)
	return err
}

// sweep fills o; each request writes its own field.
func (e *Engine) sweep(ctx context.Context, o *hosts.Observation) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return e.look(ctx, o) })
	g.Go(func() error {
		answer, err := e.api.ContainerList(ctx, client.ContainerListOptions{All: true})
		o.Containers = containers(answer.Items)
		return err
	})
	g.Go(func() error {
		answer, err := e.api.NetworkList(ctx, client.NetworkListOptions{})
		o.Networks = networks(answer.Items)
		return err
	})
	g.Go(func() error {
		answer, err := e.api.VolumeList(ctx, client.VolumeListOptions{})
		o.Volumes = volumes(answer.Items)
		return err
	})
	g.Go(func() error {
		answer, err := e.api.ImageList(ctx, client.ImageListOptions{})
		o.Images = images(answer.Items)
		return err
	})
	return g.Wait()
}
