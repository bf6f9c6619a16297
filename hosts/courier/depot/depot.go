package depot

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"
)

// Config is where a depot is.
type Config struct {
	// Socket is the engine's, Folder where blobs are kept.
	Socket, Folder string
	// Store is where the folders of the engine's store are, if any: BlobsFolder, or
	// NotesFolder and LayersFolder.
	Store string
	// Patience is how long a depot lives without a sign of life from its user.
	Patience time.Duration
}

// depot is one at work.
type depot struct {
	shelf *shelf
	// peers are those that are reached directly, relayed those through the user.
	peers, relayed peers

	mu  sync.Mutex
	out *json.Encoder
}

// Run does what in says, and ends with it.
func Run(ctx context.Context, c Config, in io.Reader, out io.Writer) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	spool, err := newSpool(c.Folder)
	if err != nil {
		return err
	}
	d := &depot{
		shelf: &shelf{spool: spool, engine: newEngine(c.Socket), store: newStore(c.Store, spool)},
		out:   json.NewEncoder(out),
	}
	idle := time.AfterFunc(c.Patience, func() { stop(errors.New("nobody gives orders any more")) })
	defer idle.Stop()
	orders := make(chan Order)
	go func() {
		stop(read(ctx, in, orders, func() { idle.Reset(c.Patience) }))
	}()
	err = d.obey(ctx, orders)
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// read passes orders on. It may outlive ctx, while nobody writes.
func read(ctx context.Context, in io.Reader, orders chan<- Order, heard func()) error {
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		heard()
		var o Order
		if err := json.Unmarshal(lines.Bytes(), &o); err != nil {
			return fmt.Errorf("read order: %w", err)
		}
		select {
		case orders <- o:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if lines.Err() != nil {
		return fmt.Errorf("read order: %w", lines.Err())
	}
	return io.EOF
}

// obey works until ctx ends, and waits for what is at work then.
func (d *depot) obey(ctx context.Context, orders <-chan Order) error {
	var work sync.WaitGroup
	defer work.Wait()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case o := <-orders:
			if o.Identity != nil {
				d.shelf.nature = o.Engine
				if err := d.open(ctx, *o.Identity, &work); err != nil {
					return err
				}
			}
			if o.Fetch != nil {
				work.Go(func() { d.fetch(ctx, *o.Fetch) })
			}
		}
	}
}

// open answers other depots from now on.
func (d *depot) open(ctx context.Context, i Identity, work *sync.WaitGroup) (err error) {
	if d.peers, err = newPeers(i, false); err != nil {
		return err
	}
	if d.relayed, err = newPeers(i, true); err != nil {
		return err
	}
	listener, port, err := listen(ctx, i)
	if err != nil {
		return err
	}
	work.Go(func() { d.shelf.serve(ctx, listener) })
	d.tell(Report{Port: port})
	return nil
}

func (d *depot) fetch(ctx context.Context, o Fetch) {
	f := &fetching{Fetch: o, shelf: d.shelf, peers: d.peers, tell: d.tell, told: map[digest.Digest]time.Time{}}
	if o.Relayed {
		f.peers = d.relayed
		defer d.relayed.close() // there is another connection the next time
	}
	err := errors.New("no other host is known")
	if len(o.Peers) > 0 && d.peers.http != nil {
		err = f.run(ctx)
	}
	last := Report{ID: o.ID, Done: true}
	if err != nil {
		last.Error, last.Apart = err.Error(), apart(err, len(o.Peers))
	}
	d.tell(last)
}

// apart tells whether none of the peers could be reached.
func apart(err error, peers int) bool {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return false
	}
	list := joined.Unwrap()
	for _, e := range list {
		if !errors.Is(e, errApart) {
			return false
		}
	}
	return len(list) == peers
}

// tell writes a line. That nobody reads it shows on the other stream.
func (d *depot) tell(r Report) {
	d.mu.Lock()
	defer d.mu.Unlock()
	_ = d.out.Encode(r)
}
