package execute

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// copyIdle is how long a transfer may stand still.
const copyIdle = 2 * time.Minute

// copyImage brings an image from hosts that have it to the step's own: directly,
// or else through this machine. The host takes it as a whole or not at all.
func (r *run) copyImage(ctx context.Context, engine Engine, s plan.Step, a plan.CopyImage) error {
	return r.doing(s, "Image "+a.Ref, "Copying", "Copied", func() error { return r.bring(ctx, engine, s, a) })
}

func (r *run) bring(ctx context.Context, engine Engine, s plan.Step, a plan.CopyImage) error {
	c, err := r.cargo(ctx, a)
	if err != nil {
		return err
	}
	got, err := engine.InspectImage(ctx, a.Ref)
	if err != nil || !same(got, c.wanted) { // same as after a build that had nothing to change
		if err := r.carry(ctx, engine, s, a, c); err != nil {
			return err
		}
		if err := verify(ctx, engine, a, c.wanted); err != nil {
			return err
		}
	}
	c.arrived(s.Host)
	return nil
}

// carry finds a way for the image. The host gets ready while it waits for its turn.
func (r *run) carry(ctx context.Context, engine Engine, s plan.Step, a plan.CopyImage, c *cargo) error {
	var ready sync.WaitGroup
	defer ready.Wait()
	ready.Go(func() { r.offer(ctx, s.Host) })
	w, err := c.take(ctx, false)
	if err != nil {
		return err
	}
	if w.here {
		return r.pass(ctx, engine, s, a, c, w)
	}
	err = r.carrier.Carry(ctx, a.Ref, s.Host, r.freight(s, a, c, w))
	w.leave()
	if !errors.Is(err, hosts.ErrApart) {
		return err
	}
	if w, err = c.take(ctx, true); err != nil {
		return err
	}
	return r.pass(ctx, engine, s, a, c, w)
}

// freight is what accompanies an image on its way.
func (r *run) freight(s plan.Step, a plan.CopyImage, c *cargo, w way) hosts.CarryOptions {
	return hosts.CarryOptions{
		ID: c.wanted.ID, From: w.from, Here: w.here,
		Progress: func(p hosts.PullProgress) { r.emit(s, layer("Image "+a.Ref, p)) },
		Fetched:  func() { w.leave(); c.arrived(s.Host) },
	}
}

// pass brings an image through this machine: what the host lacks of it, or else
// all of it. The archive that one engine writes is then what the other reads, and
// is not kept. The next host that has it is asked where one doesn't answer.
func (r *run) pass(ctx context.Context, engine Engine, s plan.Step, a plan.CopyImage, c *cargo, w way) (err error) {
	defer w.leave()
	if r.carrier != nil {
		err := r.carrier.Carry(ctx, a.Ref, s.Host, r.freight(s, a, c, w))
		if !errors.Is(err, hosts.ErrApart) {
			return err
		}
	}
	for _, a.From = range w.from {
		if err = r.passFrom(ctx, engine, s, a); err == nil {
			return nil
		}
		if !errors.Is(err, errSource) {
			return err
		}
	}
	return err
}

// errSource tells that it was the other host that failed.
var errSource = errors.New("the host that has it failed")

func (r *run) passFrom(ctx context.Context, engine Engine, s plan.Step, a plan.CopyImage) error {
	source, err := r.Engine(a.From)
	if err != nil {
		return err
	}
	image, err := r.imageOn(ctx, a.From, a.Ref)
	if err != nil {
		return err
	}
	return r.transfer(ctx, source, engine, s, a, image.Size)
}

// sourceError is what went wrong on a host that gives an image. That it can't be
// reached is no fault of the host that was to get it.
type sourceError struct {
	host string
	err  error
}

func (e sourceError) Error() string      { return fmt.Sprintf("read it from host %s: %v", e.host, e.err) }
func (sourceError) Is(target error) bool { return target == errSource }

// transfer ends when nothing moves for a while. Which host is to blame follows
// from whether its archive is waited for, or that it is taken.
func (r *run) transfer(ctx context.Context, from, to Engine, s plan.Step, a plan.CopyImage, size int64) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	archive, err := from.SaveImage(ctx, a.Ref)
	if err != nil {
		return sourceError{a.From, err}
	}
	defer archive.Close()
	watched := &watchedReader{Reader: archive}
	idle := time.AfterFunc(copyIdle, func() {
		still := fmt.Errorf("%w: nothing moved for %s", hosts.ErrUnreachable, copyIdle)
		if watched.waiting.Load() {
			still = sourceError{a.From, still}
		}
		stop(still)
	})
	defer idle.Stop()
	tell := r.moved(s, Event{ID: "Image " + a.Ref, Status: Working, Text: "Copying", Total: size})
	watched.moved = func(n int64) { idle.Reset(copyIdle); tell(n) }
	err = to.LoadImage(ctx, a.Ref, watched)
	switch failed := watched.failed.Load(); {
	case err != nil && ctx.Err() != nil:
		return context.Cause(ctx)
	case failed != nil:
		return sourceError{a.From, *failed}
	}
	return err
}

// verify compares what arrived with what was sent, and takes it away where that
// is another image: layers are named after what they hold.
func verify(ctx context.Context, engine Engine, a plan.CopyImage, wanted hosts.Image) error {
	got, err := engine.InspectImage(ctx, a.Ref)
	if err != nil {
		return err
	}
	if same(got, wanted) {
		return nil
	}
	err = fmt.Errorf("what arrived isn't the image that host %s has; try again", a.From)
	if removing := engine.RemoveImage(ctx, a.Ref, false); removing != nil {
		err = fmt.Errorf("%w (and it couldn't be removed: %w)", err, removing)
	}
	return err
}

// same tells whether two hosts' images are one, though engines may name them
// differently.
func same(a, b hosts.Image) bool {
	return a.ID == b.ID || len(a.Layers) > 0 && slices.Equal(a.Layers, b.Layers) && a.Created.Equal(b.Created)
}

// moved tells how far a transfer is, not too often.
func (r *run) moved(s plan.Step, e Event) func(done int64) {
	var last time.Time
	return func(done int64) {
		if time.Since(last) < shipProgress || e.Total == 0 {
			return
		}
		last = time.Now()
		e.Current, e.Percent = done, int(min(100, 100*done/e.Total))
		r.emit(s, e)
	}
}

// watchedReader tells how much was read, and keeps the error that it ended with.
// A client may still read when its request has ended.
type watchedReader struct {
	io.Reader
	moved  func(total int64)
	total  int64
	failed atomic.Pointer[error]
	// waiting tells that more is asked for.
	waiting atomic.Bool
}

func (w *watchedReader) Read(p []byte) (int, error) {
	w.waiting.Store(true)
	n, err := w.Reader.Read(p)
	w.waiting.Store(false)
	w.total += int64(n)
	w.moved(w.total)
	if err != nil && err != io.EOF {
		failed := err
		w.failed.Store(&failed)
	}
	return n, err
}
