package weave

import (
	"context"
	"errors"
	"fmt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Join makes the host part of the fabric, or brings it up to date; it is
// idempotent. Peers are the addresses of the pool's other hosts. It returns
// when this host's router is connected with every peer.
func (f *Fabric) Join(ctx context.Context, host hosts.Host, peers []string) error {
	const op = "join fabric"
	e, err := f.o.Connect(host)
	if err != nil {
		return failure(host, op, err, "")
	}
	driver, err := packed(host.Platform)
	if err != nil {
		return failure(host, op, err, "")
	}
	if err := f.ensureImage(ctx, e); err != nil {
		return failure(host, op, err, "let the host reach its registry, or load the image "+f.o.Image+" there")
	}
	if err := f.install(ctx, e, host, driver); err != nil {
		return failure(host, op, err, "")
	}
	return f.mesh(ctx, e, host, peers)
}

func (f *Fabric) ensureImage(ctx context.Context, e Images) error {
	_, err := e.InspectImage(ctx, f.o.Image)
	if errors.Is(err, hosts.ErrNotFound) {
		err = e.PullImage(ctx, f.o.Image, hosts.PullOptions{})
	}
	return err
}

// install puts router and driver there. A driver that is out of date goes
// first: as long as it is missing the host does not look joined, however far
// this comes.
func (f *Fabric) install(ctx context.Context, e Engine, host hosts.Host, driver []byte) error {
	installed, enabled, err := currentPlugin(ctx, e, digest(driver))
	if err == nil && !installed {
		err = removePlugin(ctx, e)
	}
	if err != nil {
		return err
	}
	state, err := f.ensureRouter(ctx, e, host, digest(driver))
	if err != nil {
		return err
	}
	if !installed {
		err = f.installPlugin(ctx, e, state, driver)
	}
	if err == nil && !(installed && enabled) {
		err = e.EnablePlugin(ctx, hosts.FabricDriver)
	}
	return err
}

func (f *Fabric) installPlugin(ctx context.Context, e Plugins, state string, driver []byte) error {
	program, err := unpack(driver)
	if err != nil {
		return err
	}
	content, err := archive(f.pluginConfig(state, digest(driver)), program)
	if err != nil {
		return err
	}
	return e.InstallPlugin(ctx, hosts.FabricDriver, content)
}

// ensureRouter makes the router run in its present shape, and returns the
// host's folder of its volume.
func (f *Fabric) ensureRouter(ctx context.Context, e Containers, host hosts.Host, driver string) (state string, err error) {
	found, err := e.InspectContainer(ctx, RouterName)
	if err == nil && !f.current(found.Container, host, driver) {
		err = f.removeRouter(ctx, e, found)
	}
	if errors.Is(err, hosts.ErrNotFound) {
		if _, err = e.CreateContainer(ctx, f.router(host, sleeve, driver)); err == nil {
			found, err = e.InspectContainer(ctx, RouterName)
		}
	}
	if err == nil && found.State != hosts.Running {
		err = e.StartContainer(ctx, RouterName)
	}
	if err != nil {
		return "", err
	}
	return stateFolder(found)
}

// removeRouter removes a router that is out of date, which then is not found.
func (f *Fabric) removeRouter(ctx context.Context, e Containers, found hosts.ContainerDetail) error {
	if found.Labels[hosts.LabelFabric] != "router" {
		return fmt.Errorf("a container that is not the fabric's has the name %s: rename it: %w", RouterName, hosts.ErrConflict)
	}
	if err := e.RemoveContainer(ctx, found.ID, true, false); err != nil {
		return err
	}
	return hosts.ErrNotFound
}

func stateFolder(router hosts.ContainerDetail) (string, error) {
	for _, m := range router.Mounts {
		if m.Name == RouterVolume {
			return m.Source, nil
		}
	}
	return "", fmt.Errorf("find volume %s: container %s doesn't have it", RouterVolume, RouterName)
}

// failure says what went wrong on which host. Engines name the host already.
func failure(host hosts.Host, op string, err error, hint string) error {
	var known *hosts.Error
	if !errors.As(err, &known) {
		return &hosts.Error{Host: host.Name, Op: op, Err: err, Hint: hint}
	}
	if known.Hint != "" || hint == "" {
		return err
	}
	return &hosts.Error{Host: known.Host, Op: known.Op, Err: known.Err, Hint: hint}
}
