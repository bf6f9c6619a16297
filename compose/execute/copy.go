package execute

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// copyIdle is how long a transfer may stand still.
const copyIdle = 2 * time.Minute

// copyImage brings an image from another host to the step's own: the archive
// that one engine writes is what the other reads, and passes through this
// machine without being kept. The other takes it as a whole or not at all.
func (r *run) copyImage(ctx context.Context, engine Engine, s plan.Step, a plan.CopyImage) error {
	source, err := r.Engine(a.From)
	if err != nil {
		return err
	}
	return r.doing(s, "Image "+a.Ref, "Copying", "Copied", func() error {
		wanted, err := source.InspectImage(ctx, a.Ref)
		if err != nil {
			return err
		}
		if got, err := engine.InspectImage(ctx, a.Ref); err == nil && same(got, wanted) {
			return nil // as after a build that had nothing to change
		}
		if err := r.transfer(ctx, source, engine, s, a, wanted.Size); err != nil {
			return err
		}
		return verify(ctx, engine, a, wanted)
	})
}

// transfer ends when nothing moves for a while.
func (r *run) transfer(ctx context.Context, from, to Engine, s plan.Step, a plan.CopyImage, size int64) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	archive, err := from.SaveImage(ctx, a.Ref)
	if err != nil {
		return err
	}
	defer archive.Close()
	idle := time.AfterFunc(copyIdle, func() { stop(fmt.Errorf("%w: nothing moved for %s", hosts.ErrUnreachable, copyIdle)) })
	defer idle.Stop()
	tell := r.moved(s, Event{ID: "Image " + a.Ref, Status: Working, Text: "Copying", Total: size})
	watched := &watchedReader{Reader: archive, moved: func(n int64) { idle.Reset(copyIdle); tell(n) }}
	err = to.LoadImage(ctx, a.Ref, watched)
	switch {
	case watched.err != nil:
		return fmt.Errorf("read it from host %s: %w", a.From, watched.err)
	case err != nil && context.Cause(ctx) != nil:
		return context.Cause(ctx)
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
type watchedReader struct {
	io.Reader
	moved func(total int64)
	total int64
	err   error
}

func (w *watchedReader) Read(p []byte) (int, error) {
	n, err := w.Reader.Read(p)
	w.total += int64(n)
	w.moved(w.total)
	if err != nil && err != io.EOF {
		w.err = err
	}
	return n, err
}
