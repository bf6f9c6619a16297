package depot

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"syscall"
	"time"

	"github.com/opencontainers/go-digest"
	"golang.org/x/sync/errgroup"
)

// atOnce is how many blobs of an image are fetched at once.
const atOnce = 3

// piece is how much goes to the engine at once.
const piece = 256 << 10

// cleanLimit is what taking a name away may take, after a run was stopped too.
const cleanLimit = 30 * time.Second

// Arriving is the repository of images that aren't known to be whole.
const Arriving = "clocker-arriving"

// fetching is an order on its way.
type fetching struct {
	Fetch
	*shelf
	peers peers
	tell  func(Report)
	// mu is held by who tells: layers come at once.
	mu   sync.Mutex
	told map[digest.Digest]time.Time
}

// run asks one peer after the other what the image consists of, first by what
// they fetched themselves, then by what their engines have.
func (f *fetching) run(ctx context.Context) error {
	var failures []error
	for _, own := range []bool{false, true} {
		for _, peer := range f.Peers {
			err := f.from(ctx, peer, own)
			if err == nil || ctx.Err() != nil || local(err) {
				return err
			}
			failures = append(failures, err)
		}
	}
	return errors.Join(failures[:min(len(failures), len(f.Peers))]...)
}

// local tells failures of this host, which another peer wouldn't change.
func local(err error) bool {
	var here *engineError
	var file *fs.PathError
	return errors.As(err, &here) || errors.As(err, &file) && !missing(err) ||
		errors.Is(err, syscall.ENOSPC) || errors.Is(err, io.ErrClosedPipe)
}

// engineError is what the host's own engine said.
type engineError struct{ err error }

func (e *engineError) Error() string { return e.err.Error() }
func (e *engineError) Unwrap() error { return e.err }

// from brings the image that a peer describes; its blobs may come from others.
func (f *fetching) from(ctx context.Context, peer string, own bool) error {
	c, err := f.peers.contents(ctx, peer, f.called(), own)
	if err != nil {
		return err
	}
	w, err := f.compare(ctx, c)
	if err != nil {
		return err
	}
	for _, l := range w.present {
		f.report(Report{Layer: l.Digest.String(), Status: "Already exists"})
	}
	from := preferred(peer, f.Peers)
	if f.flows() {
		arrived, err := f.flow(ctx, from, c, w)
		if arrived || !otherwise(ctx, err) {
			return err
		}
		if w, err = f.compare(ctx, c); err != nil {
			return err
		}
	}
	return f.keep(ctx, from, c, w)
}

// otherwise tells whether an engine that didn't take an image may take it when
// it is brought in another way.
func otherwise(ctx context.Context, err error) bool {
	var said *engineError
	return ctx.Err() == nil && !errors.Is(err, syscall.ENOSPC) && (err == nil || errors.Is(err, errCorrupt) || errors.As(err, &said))
}

// keep fetches what the engine lacks into the spool, where it is checked, and
// gives it to the engine then.
func (f *fetching) keep(ctx context.Context, from []string, c Contents, w wanted) error {
	if err := f.download(ctx, from, w); err != nil {
		return err
	}
	f.remember(f.called(), c)
	f.report(Report{Fetched: true})
	arrived, err := f.hand(ctx, c, w, f.copyOut)
	pruned := errors.Is(err, errNoImage)
	if (len(w.present) > 0 || pruned) && !arrived && otherwise(ctx, err) {
		w.all() // its layers are of the same content in other bytes, or somebody has removed them or the image meanwhile
		if err := f.download(ctx, from, w); err != nil {
			return err
		}
		arrived, err = f.hand(ctx, c, w, f.copyOut)
	}
	if err == nil && !arrived {
		err = &engineError{errors.New("the engine says that it has only parts of the image")}
	}
	return err
}

func (f *fetching) called() called { return called{f.Ref, f.Image} }

// compare finds out what the engine lacks of an image: from its store, or else by
// asking it.
func (f *fetching) compare(ctx context.Context, c Contents) (wanted, error) {
	w := want(c, f.nature)
	switch {
	case f.nature.Blobs && !f.nature.Tells: // nor whether it has all of it then
	case f.store != nil:
		w.without(f.store.has)
	default:
		stocks, err := f.engine.stocks(ctx)
		if err != nil {
			return w, said(err)
		}
		w.without(stocks.has)
	}
	return w, nil
}

func preferred(first string, all []string) []string {
	list := []string{first}
	for _, p := range all {
		if p != first {
			list = append(list, p)
		}
	}
	return list
}

// download fetches what is lacking into the spool.
func (f *fetching) download(ctx context.Context, from []string, w wanted) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	layers := w.layers()
	for _, b := range w.lacks {
		group.Go(func() error {
			if !layers[b.Digest] {
				return f.peers.fetch(ctx, from, f.spool, b, func(int64) {})
			}
			return f.layer(b, func(moved func(int64)) error { return f.peers.fetch(ctx, from, f.spool, b, moved) })
		})
	}
	return group.Wait()
}

// layer brings a layer and reports how far it is.
func (f *fetching) layer(b Blob, bring func(moved func(length int64)) error) error {
	err := bring(func(length int64) { f.progress(b, length) })
	if err == nil {
		f.report(Report{Layer: b.Digest.String(), Status: "Pull complete", Current: b.Size, Total: b.Size})
	}
	return err
}

// put writes a blob of an archive.
type put func(archive io.Writer, b Blob) error

// hand gives the image to the engine under a name of its own, and tells whether
// it is whole there. If it is, it gets the name that was asked for.
func (f *fetching) hand(ctx context.Context, c Contents, w wanted, put put) (arrived bool, err error) {
	name := Arriving + ":" + c.Top.Digest.Encoded()[:12]
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanLimit)
		defer cancel()
		err = errors.Join(err, f.engine.untag(ctx, name))
	}()
	if err := f.give(ctx, c, w, name, put); err != nil {
		return false, err
	}
	if f.nature.Blobs && f.nature.Tells {
		if whole, err := f.engine.whole(ctx, name, runnable(c.Images)); err != nil || !whole {
			return false, said(err)
		}
	}
	err = f.engine.tag(ctx, name, f.Ref)
	return err == nil, said(err)
}

func (f *fetching) give(ctx context.Context, c Contents, w wanted, name string, put put) error {
	reader, writer := io.Pipe()
	var packing errgroup.Group
	packing.Go(func() error {
		large := bufio.NewWriterSize(writer, piece)
		err := pack(large, c, w, f.nature.Blobs, name, put)
		if err == nil {
			err = large.Flush()
		}
		writer.CloseWithError(err) // nil is the end
		if errors.Is(err, io.ErrClosedPipe) {
			return nil // the engine has said why it took no more
		}
		return err
	})
	err := f.engine.load(ctx, reader)
	reader.Close()
	if packed := packing.Wait(); packed != nil {
		return packed
	}
	return said(err)
}

// said marks an error as the engine's.
func said(err error) error {
	if err == nil {
		return nil
	}
	return &engineError{err}
}

// runnable are the manifests of images, without those that only tell about them.
func runnable(images []Image) []digest.Digest {
	var list []digest.Digest
	for _, i := range images {
		if i.Platform.OS != "unknown" {
			list = append(list, i.Manifest)
		}
	}
	return list
}

// progressPause is the time between two reports of a layer.
const progressPause = 200 * time.Millisecond

// progress tells how far a layer is, not too often.
func (f *fetching) progress(b Blob, length int64) {
	f.mu.Lock()
	due := time.Since(f.told[b.Digest]) >= progressPause
	if due {
		f.told[b.Digest] = time.Now()
	}
	f.mu.Unlock()
	if due {
		f.report(Report{Layer: b.Digest.String(), Status: "Downloading", Current: length, Total: b.Size})
	}
}

func (f *fetching) report(r Report) {
	r.ID = f.ID
	f.tell(r)
}

// check refuses what leads out of the spool, or to nothing.
func (c Contents) check() error {
	blobs := append([]Blob{{Digest: c.Top.Digest}}, c.Notes...)
	for _, i := range c.Images {
		blobs = append(blobs, i.Config)
		for _, l := range i.Layers {
			blobs = append(blobs, l.Blob)
		}
	}
	for _, b := range blobs {
		if err := b.Digest.Validate(); err != nil || b.Size < 0 {
			return fmt.Errorf("read contents: blob %q: %w", b.Digest, errCorrupt)
		}
	}
	if len(c.Images) == 0 {
		return errors.New("read contents: they name no image")
	}
	return nil
}
