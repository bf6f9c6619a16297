package compose

import (
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"sync"
	"syscall"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// outlet is where a published port is.
type outlet struct {
	host, service, name string
	port                hosts.PublishedPort
}

func names(places []outlet) []string {
	all := make([]string, len(places))
	for i, p := range places {
		all[i] = p.name
	}
	return all
}

func sortedPorts(m map[uint16][]outlet) []uint16 { return slices.Sorted(maps.Keys(m)) }

func loopback(port uint16) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))) }

func portText(p hosts.PublishedPort) string { return strconv.Itoa(int(p.HostPort)) + "/" + p.Protocol }

// cause is why a port can't be opened, in few words.
func cause(err error) string {
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return "the port is taken"
	case errors.Is(err, syscall.EACCES):
		return "ports below 1024 aren't allowed to you"
	}
	return err.Error()
}

// door is a port of this machine that leads to replicas elsewhere.
type door struct {
	listener net.Listener
	dial     func(context.Context, outlet) (net.Conn, error)

	mu     sync.Mutex
	places []outlet
	next   int
}

func (d *door) lead(places []outlet) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.places = places
}

// turn are the places in the order in which the next connection tries them.
func (d *door) turn() []outlet {
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.places) == 0 {
		return nil
	}
	i := d.next % len(d.places)
	d.next++
	return slices.Concat(d.places[i:], d.places[:i])
}

func (d *door) close() { _ = d.listener.Close() }

// serve passes connections on until the door is closed and the last of them
// has ended, all of them at the latest when ctx ends.
func (d *door) serve(ctx context.Context) {
	var work sync.WaitGroup
	defer work.Wait()
	free := make(chan struct{}, passedAtOnce)
	for {
		free <- struct{}{}
		conn, err := d.listener.Accept()
		if err != nil {
			return
		}
		work.Go(func() {
			defer func() { <-free }()
			d.pass(ctx, conn)
		})
	}
}

// passedAtOnce is how many connections to a port are open at once. Those beyond
// wait for one of them to end, as they would for a busy server.
const passedAtOnce = 256

// pass joins a connection to the first place that answers.
func (d *door) pass(ctx context.Context, near net.Conn) {
	defer near.Close()
	for _, to := range d.turn() {
		far, err := d.dial(ctx, to)
		if err != nil {
			continue
		}
		defer far.Close()
		defer context.AfterFunc(ctx, func() {
			_ = near.Close()
			_ = far.Close()
		})()
		var work sync.WaitGroup
		work.Go(func() { pour(far, near) })
		pour(near, far)
		_ = near.Close()
		work.Wait()
		return
	}
}

// pour copies one direction of a connection, and its end.
func pour(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	_ = to.Close()
}
