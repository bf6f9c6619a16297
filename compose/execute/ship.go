package execute

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"golang.org/x/sync/errgroup"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/tree"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Where things are in the container through which files are shipped.
const (
	shipFolder   = "/clocker"
	shipContent  = shipFolder + "/content"
	shipStage    = shipFolder + "/stage"
	shipTool     = shipFolder + "/tool"
	shipErrand   = shipFolder + "/errand.json"
	shipIdle     = time.Minute
	shipProgress = 100 * time.Millisecond
)

// ship brings a path of the project to the host: what is new or has changed
// goes into the volume through a container that is made for it and, unless
// something has to be removed there, never started. Marks around it tell a
// later run what has arrived.
func (r *run) ship(ctx context.Context, engine Engine, s plan.Step, a plan.ShipFiles) error {
	id := "Files " + a.Path
	return r.doing(s, id, "Shipping", "Shipped", func() error {
		return r.shipMarked(ctx, engine, s, a)
	})
}

func (r *run) shipMarked(ctx context.Context, engine Engine, s plan.Step, a plan.ShipFiles) error {
	if err := engine.CreateVolume(ctx, a.Volume); err != nil {
		return err
	}
	if err := engine.CreateVolume(ctx, a.Pending); err != nil {
		return err
	}
	if err := r.shipChanges(ctx, engine, s, a); err != nil {
		return err
	}
	if err := engine.CreateVolume(ctx, a.Marker); err != nil {
		return err
	}
	for _, name := range append(a.Outdated, a.Pending.Name) {
		if name == a.Marker.Name {
			continue
		}
		if err := gone(engine.RemoveVolume(ctx, name)); err != nil {
			return err
		}
	}
	return nil
}

// shipChanges works through a container, which it removes in any case.
func (r *run) shipChanges(ctx context.Context, engine Engine, s plan.Step, a plan.ShipFiles) (err error) {
	spec := carrier(a)
	if err := gone(engine.RemoveContainer(ctx, spec.Name, true, true)); err != nil {
		return err // what an interrupted run left would be in the way
	}
	id, err := engine.CreateContainer(ctx, spec)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		err = errors.Join(err, gone(engine.RemoveContainer(ctx, id, true, true)))
	}()
	changes := a.Tree.Since(a.Before)
	inPlace := a.Tree.File != "" && a.Before != nil
	if inPlace || len(changes.Removed) > 0 {
		if err := r.prepare(ctx, engine, id, a, errandOf(a, changes, inPlace)); err != nil {
			return err
		}
	}
	into := shipContent
	if inPlace {
		into = shipStage
	}
	if err := r.send(ctx, engine, s, a, id, into, changes); err != nil {
		return err
	}
	if inPlace || len(changes.Removed) > 0 {
		return runErrand(ctx, engine, id)
	}
	return nil
}

// carrier is the container through which files are shipped. It is of an image
// that the host has, whatever that is: nothing of it ever runs.
func carrier(a plan.ShipFiles) hosts.ContainerSpec {
	return hosts.ContainerSpec{
		Name: a.Volume.Name + "_carrier",
		Config: &container.Config{
			Image: a.Image, User: "0:0", WorkingDir: "/", Entrypoint: []string{shipTool, "files", shipErrand},
			Healthcheck: &container.HealthConfig{Test: []string{"NONE"}}, Labels: a.Volume.Labels,
		},
		HostConfig: &container.HostConfig{
			NetworkMode: "none",
			Mounts: []mount.Mount{{
				Type: mount.TypeVolume, Source: a.Volume.Name, Target: shipContent,
				VolumeOptions: &mount.VolumeOptions{NoCopy: true},
			}},
		},
	}
}

// send streams what has changed. It ends when nothing moves for a while.
func (r *run) send(ctx context.Context, engine Engine, s plan.Step, a plan.ShipFiles, carrier, into string, changes tree.Changes) error {
	if len(changes.Sent) == 0 {
		return nil
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	idle := time.AfterFunc(shipIdle, func() { stop(fmt.Errorf("%w: nothing was taken for %s", hosts.ErrUnreachable, shipIdle)) })
	defer idle.Stop()
	tell := r.shipped(s, "Files "+a.Path, changes.Size())
	reader, writer := io.Pipe()
	var work errgroup.Group
	work.Go(func() error {
		err := a.Tree.Pack(ctx, writer, changes.Sent, func(done int64) { idle.Reset(shipIdle); tell(done) })
		writer.CloseWithError(err) // nil is the end
		if errors.Is(err, io.ErrClosedPipe) {
			return nil // the engine has said why it took no more
		}
		return err
	})
	err := engine.CopyTo(ctx, carrier, into, reader)
	reader.Close()
	packed := work.Wait()
	switch {
	case context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case packed != nil:
		return packed
	}
	return err
}

// shipped tells how far a transfer is, not too often.
func (r *run) shipped(s plan.Step, id string, total int64) func(int64) {
	var last time.Time
	return func(done int64) {
		if time.Since(last) < shipProgress || total == 0 {
			return
		}
		last = time.Now()
		r.emit(s, Event{ID: id, Status: Working, Text: "Shipping", Current: done, Total: total, Percent: int(min(100, 100*done/total))})
	}
}

// stagedFile is the file of a tree on its way into the volume.
func stagedFile(t *tree.Tree) string { return path.Join(shipStage, t.File) }
