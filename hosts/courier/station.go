package courier

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/courier/depot"
)

const (
	// openLimit is what a depot may take to come up.
	openLimit = time.Minute
	// signs is the time between two signs of life.
	signs = 15 * time.Second
)

// station is a depot that is held open.
type station struct {
	engine Engine
	id     string // the container's
	// in is the depot's standard input.
	in *io.PipeWriter
	// address and port are where other depots reach it; the address is "" where
	// they can't.
	address string
	port    int
	// opened has the port once it is known.
	opened chan int
	// over is closed when the depot has ended, for the reason in err.
	over chan struct{}
	err  error
	// abandon ends the station, where the depot doesn't.
	abandon context.CancelFunc

	mu     sync.Mutex
	orders map[int]chan<- depot.Report // of those that haven't ended
	next   int
}

// create makes a depot's container with the first of the views that there is.
func create(ctx context.Context, e Engine, image, run string, s hosts.ImageStore) (id string, err error) {
	for _, v := range views(s) {
		if id, err = e.CreateContainer(ctx, spec(image, run, v)); err == nil {
			break
		}
	}
	return id, err
}

// openStation starts the depot in a container and waits until it answers. If it
// doesn't, the container is gone.
func openStation(ctx context.Context, e Engine, id string, first depot.Order) (*station, error) {
	ctx, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	reader, writer := io.Pipe()
	s := &station{
		engine: e, id: id, in: writer, opened: make(chan int, 1),
		over: make(chan struct{}), orders: map[int]chan<- depot.Report{},
	}
	held, abandon := context.WithCancel(context.WithoutCancel(ctx))
	s.abandon = abandon
	go s.hold(held, reader)
	said := s.say(first)
	err := said
	if err == nil {
		err = s.await(ctx)
	}
	if err != nil {
		s.close(context.WithoutCancel(ctx))
	}
	switch {
	case said != nil:
		return nil, s.err // why it takes no orders
	case err != nil:
		return nil, err
	}
	go s.live()
	return s, nil
}

// hold joins the depot's streams until it ends.
func (s *station) hold(ctx context.Context, in io.ReadCloser) {
	defer close(s.over)
	out, lines := io.Pipe()
	heard := make(chan struct{})
	go func() {
		defer close(heard)
		s.hear(out)
	}()
	var complaint tail
	start := func() error { return s.engine.StartContainer(ctx, s.id) }
	s.err = s.engine.AttachContainer(ctx, s.id, hosts.AttachOptions{Attached: start}, hosts.Streams{In: in, Out: lines, Err: &complaint})
	lines.Close()
	<-heard
	if said := strings.TrimSpace(complaint.String()); s.err == nil && said != "" {
		s.err = errors.New(said)
	}
	if s.err == nil {
		s.err = errors.New("it has ended")
	}
}

// hear passes reports on to those who wait for them.
func (s *station) hear(out *io.PipeReader) {
	for lines := json.NewDecoder(out); ; {
		var r depot.Report
		if err := lines.Decode(&r); err != nil {
			_ = out.CloseWithError(err)
			return
		}
		if r.Port != 0 {
			select {
			case s.opened <- r.Port:
			default:
			}
		}
		s.pass(r)
	}
}

// pass gives a report to who waits for it, and keeps the lock until it is taken.
func (s *station) pass(r depot.Report) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if to := s.orders[r.ID]; to != nil {
		to <- r
	}
}

func (s *station) await(ctx context.Context) error {
	select {
	case s.port = <-s.opened:
		return nil
	case <-s.over:
		return s.err
	case <-ctx.Done():
		return fmt.Errorf("start %s: %w", Name, ctx.Err())
	}
}

// live gives signs of life until the depot ends.
func (s *station) live() {
	beat := time.NewTicker(signs)
	defer beat.Stop()
	for {
		select {
		case <-s.over:
			return
		case <-beat.C:
			_ = s.say(depot.Order{}) // if it can't be said the depot has ended
		}
	}
}

// say writes an order.
func (s *station) say(o depot.Order) error {
	line, err := json.Marshal(o)
	if err != nil {
		return err
	}
	_, err = s.in.Write(append(line, '\n'))
	return err
}

// bring orders an image, and waits until it has come.
func (s *station) bring(ctx context.Context, order depot.Fetch, o hosts.CarryOptions) error {
	last, err := s.fetch(ctx, order, o)
	switch {
	case err != nil:
		return err
	case last.Apart:
		return fmt.Errorf("%w: %s", hosts.ErrApart, last.Error)
	case last.Error != "":
		return errors.New(last.Error)
	}
	return nil
}

// fetch orders an image, and returns the last report about it.
func (s *station) fetch(ctx context.Context, order depot.Fetch, o hosts.CarryOptions) (depot.Report, error) {
	reports := make(chan depot.Report)
	s.mu.Lock()
	s.next++
	order.ID = s.next
	s.orders[order.ID] = reports
	s.mu.Unlock()
	defer s.forget(order.ID, reports)
	if err := s.say(depot.Order{Fetch: &order}); err != nil {
		return depot.Report{}, s.ended(err)
	}
	for {
		select {
		case r := <-reports:
			switch {
			case r.Done:
				return r, nil
			case r.Fetched:
				o.Fetched()
			default:
				o.Progress(hosts.PullProgress{Layer: short(r.Layer), Status: r.Status, Current: r.Current, Total: r.Total})
			}
		case <-s.over:
			return depot.Report{}, s.ended(nil)
		case <-ctx.Done():
			return depot.Report{}, ctx.Err()
		}
	}
}

// ended is why the depot has, where it has.
func (s *station) ended(err error) error {
	select {
	case <-s.over:
		return fmt.Errorf("%s on the host: %w", Name, s.err)
	default:
		return err
	}
}

// forget takes no more reports. One that is on its way is dropped: who passes it
// holds the lock.
func (s *station) forget(id int, reports <-chan depot.Report) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.mu.Lock()
		delete(s.orders, id)
		s.mu.Unlock()
	}()
	for {
		select {
		case <-reports:
		case <-done:
			return
		}
	}
}

// short is a layer's digest as pulls show it.
func short(layer string) string {
	_, hex, _ := strings.Cut(layer, ":")
	return hex[:min(12, len(hex))]
}

// close ends the depot, and sees to it that its container is gone.
func (s *station) close(ctx context.Context) {
	defer func() { s.abandon(); <-s.over }()
	_ = s.in.Close()
	select {
	case <-s.over:
	case <-time.After(closeLimit / 2):
	}
	_ = s.engine.RemoveContainer(ctx, s.id, true, true) // the engine may be about to do so itself
}

// tail keeps the last line or so of what a depot complains about.
type tail struct{ bytes.Buffer }

func (t *tail) Write(p []byte) (int, error) {
	if t.Len() > 4<<10 {
		t.Reset()
	}
	return t.Buffer.Write(p)
}
