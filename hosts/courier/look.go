package courier

import (
	"context"

	"golang.org/x/sync/errgroup"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/courier/depot"
)

// look sees the host, and what couriers have there; not the host's other images
// and containers, which may be many.
func look(ctx context.Context, e Engine) (hosts.Observation, error) {
	var seen, couriers hosts.Observation
	var images []hosts.Image
	asking, ctx := errgroup.WithContext(ctx)
	asking.Go(func() (err error) {
		seen, err = e.ObserveHost(ctx)
		return err
	})
	asking.Go(func() (err error) {
		label := hosts.LabelFabric + "=" + hosts.FabricCourier
		couriers, err = e.ObserveContainers(ctx, hosts.ContainerFilter{Labels: []string{label}, All: true})
		return err
	})
	asking.Go(func() (err error) {
		images, err = e.ObserveImages(ctx, Name, depot.Arriving)
		return err
	})
	err := asking.Wait()
	seen.Containers, seen.Images = couriers.Containers, images
	return seen, err
}

// nature is what a depot has to know of the host's engine.
func nature(seen hosts.Observation) depot.Nature {
	p := seen.Host.Platform
	return depot.Nature{OS: p.OS, Arch: p.Arch, Blobs: seen.Store.Containerd, Tells: seen.Store.Tells}
}
