package weave

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/notes"
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
	driver, err := packed(f.binaries, host.Platform)
	if err != nil {
		return failure(host, op, err, "")
	}
	if err := f.ensureImage(ctx, e); err != nil {
		return failure(host, op, err, "let the host reach its registry, or load the image "+f.o.Image+" there")
	}
	peers = others(peers, host.Address)
	if err := f.installAmongOthers(ctx, e, host, driver, peers); err != nil {
		return failure(host, op, err, "")
	}
	return f.settle(ctx, e, host, len(peers))
}

func (f *Fabric) ensureImage(ctx context.Context, e Images) error {
	_, err := e.InspectImage(ctx, f.o.Image)
	if errors.Is(err, hosts.ErrNotFound) {
		err = e.PullImage(ctx, f.o.Image, hosts.PullOptions{})
	}
	return err
}

// installAmongOthers tries again where somebody else, who joins the same host
// at this moment, was faster: what they made is then found, and is as good.
func (f *Fabric) installAmongOthers(ctx context.Context, e Engine, host hosts.Host, driver []byte, peers []string) error {
	const tries = 4
	for try := 1; ; try++ {
		err := f.install(ctx, e, host, driver, peers)
		if !raced(err) || try == tries {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(try) * time.Second):
		}
	}
}

// raced tells whether an error may be due to somebody who did the same.
// Engines say of a plugin that is being installed that its reference is locked.
func raced(err error) bool {
	return err != nil && (errors.Is(err, hosts.ErrConflict) || errors.Is(err, hosts.ErrNotFound) || cutOff(err) ||
		strings.Contains(err.Error(), "locked for"))
}

// cutOff tells whether a request ended before all of it was sent: an engine that
// refuses a plugin doesn't read it, and what it says may be lost.
func cutOff(err error) bool {
	return slices.ContainsFunc([]error{syscall.EPIPE, syscall.ECONNRESET, net.ErrClosed, io.EOF, io.ErrUnexpectedEOF},
		func(sign error) bool { return errors.Is(err, sign) })
}

// install puts router and driver there. A driver that is out of date goes
// first, and a new one comes when the router knows its peers: as long as it is
// missing the host does not look joined, however far this comes.
func (f *Fabric) install(ctx context.Context, e Engine, host hosts.Host, driver []byte, peers []string) error {
	installed, enabled, err := currentPlugin(ctx, e, digest(driver))
	if err == nil && !installed {
		err = removePlugin(ctx, e)
	}
	if err != nil {
		return err
	}
	r, err := f.ensureRouter(ctx, e, host, digest(driver))
	if err != nil {
		return err
	}
	err = f.introduce(ctx, e, host, peers)
	if err == nil && !installed {
		err = f.installPlugin(ctx, e, r.state, driver)
	}
	if err == nil && !(installed && enabled) {
		err = e.EnablePlugin(ctx, hosts.FabricDriver)
	}
	if err == nil && r.first {
		err = f.chooseDatapath(ctx, e, host, digest(driver))
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

// running is a router that runs.
type running struct {
	// state is the host's folder of the router's volume.
	state string
	// first tells that the host had no router before.
	first bool
}

// ensureRouter makes the router run in its present shape, with the datapath
// that it had before.
func (f *Fabric) ensureRouter(ctx context.Context, e Containers, host hosts.Host, driver string) (running, error) {
	found, err := e.InspectContainer(ctx, RouterName)
	first := errors.Is(err, hosts.ErrNotFound)
	if err != nil && !first {
		return running{}, err
	}
	if f.foreign(found.Container) {
		return running{}, errors.New(otherKey)
	}
	way := found.Labels[labelDatapath]
	if first {
		way = notes.Sleeve
	}
	if first || !f.current(found.Container, host, driver) {
		found, err = f.replaceRouter(ctx, e, found, f.router(host, way, driver))
	}
	if err == nil && found.State != hosts.Running {
		err = e.StartContainer(ctx, RouterName)
	}
	if err != nil {
		return running{}, err
	}
	state, err := stateFolder(found)
	return running{state: state, first: first}, err
}

// replaceRouter removes the router that is there, if any, and creates one.
func (f *Fabric) replaceRouter(ctx context.Context, e Containers, old hosts.ContainerDetail, spec hosts.ContainerSpec) (hosts.ContainerDetail, error) {
	if old.ID != "" && old.Labels[hosts.LabelFabric] != "router" {
		return old, fmt.Errorf("a container that is not the fabric's has the name %s: rename or remove it", RouterName)
	}
	if old.ID != "" {
		if err := present(e.RemoveContainer(ctx, old.ID, true, false)); err != nil {
			return old, err
		}
	}
	if _, err := e.CreateContainer(ctx, spec); err != nil {
		return old, err
	}
	return e.InspectContainer(ctx, RouterName)
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
