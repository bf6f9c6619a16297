package depot

import (
	"context"
	"io"
	"time"
)

// storedPause is the time between two looks into the engine's store.
const storedPause = 20 * time.Millisecond

// flows tells whether layers can go to the engine as they come: others can get
// them from its store then, and it tells whether it has got all of them.
func (f *fetching) flows() bool { return f.store != nil && f.nature.Blobs && f.nature.Tells }

// flow gives the engine each layer while it comes, and keeps none. An engine that
// keeps blobs names them after what they hold: it misses one that was damaged,
// and so nothing is checked here.
func (f *fetching) flow(ctx context.Context, from []string, c Contents, w wanted) (arrived bool, err error) {
	layers := w.layers()
	notes := w
	notes.lacks = nil
	for _, b := range w.lacks {
		if !layers[b.Digest] {
			notes.lacks = append(notes.lacks, b)
		}
	}
	if err := f.download(ctx, from, notes); err != nil {
		return false, err
	}
	defer f.announce(ctx, c, w)()
	return f.hand(ctx, c, w, func(archive io.Writer, b Blob) error {
		if !layers[b.Digest] {
			return f.copyOut(archive, b)
		}
		return f.layer(b, func(moved func(int64)) error {
			return f.peers.bring(ctx, from, &passing{Writer: archive, blob: b}, moved)
		})
	})
}

// announce tells that others can get the image here as soon as the engine's store
// has its layers, until it is stopped.
func (f *fetching) announce(ctx context.Context, c Contents, w wanted) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !f.stored(w) {
			if wait(ctx, storedPause) != nil {
				return
			}
		}
		f.remember(f.called(), c)
		f.report(Report{Fetched: true})
	}()
	return func() { cancel(); <-done }
}

// stored tells whether the engine's store has all layers.
func (f *fetching) stored(w wanted) bool {
	for _, i := range w.images {
		for _, there := range f.store.has(i) {
			if !there {
				return false
			}
		}
	}
	return true
}

// passing is a blob on its way to an engine that checks it.
type passing struct {
	io.Writer
	blob   Blob
	length int64
}

func (p *passing) Write(b []byte) (int, error) {
	if p.length+int64(len(b)) > p.blob.Size {
		return 0, errCorrupt
	}
	n, err := p.Writer.Write(b)
	p.length += int64(n)
	return n, err
}

func (p *passing) left() (Blob, int64) { return p.blob, p.length }

func (p *passing) finish() error { return nil }
