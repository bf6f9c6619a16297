package courier

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/opencontainers/go-digest"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/courier/depot"
)

// Engine is what a courier asks of one host's engine. Errors match
// hosts.ErrNotFound and hosts.ErrConflict.
type Engine interface {
	CreateContainer(ctx context.Context, spec hosts.ContainerSpec) (id string, err error)
	StartContainer(ctx context.Context, container string) error
	RemoveContainer(ctx context.Context, container string, force, volumes bool) error
	RunExec(ctx context.Context, container string, o hosts.ExecOptions, s hosts.Streams) (code int, err error)
	AttachContainer(ctx context.Context, container string, o hosts.AttachOptions, s hosts.Streams) error
	InspectImage(ctx context.Context, ref string) (hosts.Image, error)
	ImportImage(ctx context.Context, ref string, files io.Reader) error
	RemoveImage(ctx context.Context, ref string, force bool) error
	ObserveHost(ctx context.Context) (hosts.Observation, error)
	ObserveContainers(ctx context.Context, f hosts.ContainerFilter) (hosts.Observation, error)
	ObserveImages(ctx context.Context, repositories ...string) ([]hosts.Image, error)
}

// Options are what couriers are made of.
type Options struct {
	// Hosts are those of the pool.
	Hosts []hosts.Host
	// Connect returns the engine of a host.
	Connect func(hosts.Host) (Engine, error)
	// Program returns the program for a platform, which `depot` as its argument
	// makes call depot.Run.
	Program func(hosts.Platform) ([]byte, error)
	// Run tells the containers of one run from those of others, which are left alone.
	Run string
}

// Couriers are those of one run. They open depots when they need them.
type Couriers struct {
	o        Options
	identity func() (depot.Identity, error)

	mu       sync.Mutex
	depots   map[string]func() (*station, error) // by host name
	programs map[hosts.Platform]func() (program, error)
}

// New is ready to carry. Who calls it calls Close.
func New(o Options) *Couriers {
	return &Couriers{
		o: o, identity: sync.OnceValues(depot.NewIdentity),
		depots: map[string]func() (*station, error){}, programs: map[hosts.Platform]func() (program, error){},
	}
}

// Carry brings an image to a host from hosts that have it: what it lacks of it,
// checked by digest. The error is hosts.ErrApart where the hosts don't reach each
// other.
func (c *Couriers) Carry(ctx context.Context, ref, to string, o hosts.CarryOptions) error {
	target, err := c.open(ctx, to)
	if err != nil {
		return fmt.Errorf("%w: %w", hosts.ErrApart, err)
	}
	if o.Here {
		return c.through(ctx, target, ref, o)
	}
	peers, err := c.peers(ctx, o.From)
	if len(peers) == 0 {
		return fmt.Errorf("%w: %w", hosts.ErrApart, err)
	}
	return target.bring(ctx, depot.Fetch{Ref: ref, Image: digest.Digest(o.ID), Peers: peers}, o)
}

// Offer makes a host give its images to others, and tells whether these have an
// address for it.
func (c *Couriers) Offer(ctx context.Context, name string) bool {
	s, err := c.open(ctx, name)
	return err == nil && s.address != ""
}

// peers are the addresses of the depots of hosts; the error is why there are fewer.
func (c *Couriers) peers(ctx context.Context, from []string) (peers []string, err error) {
	err = errors.New("no host that has it can be reached from others")
	for _, name := range from {
		source, failed := c.open(ctx, name)
		switch {
		case failed != nil:
			err = failed
		case source.address != "":
			peers = append(peers, net.JoinHostPort(source.address, strconv.Itoa(source.port)))
		}
	}
	return peers, err
}

func (c *Couriers) host(name string) (hosts.Host, bool) {
	i := slices.IndexFunc(c.o.Hosts, func(h hosts.Host) bool { return h.Name == name })
	if i < 0 {
		return hosts.Host{}, false
	}
	return c.o.Hosts[i], true
}

// open returns the depot of a host. All who ask at once wait for the same one,
// and one that didn't open is not tried again in this run.
func (c *Couriers) open(ctx context.Context, name string) (*station, error) {
	c.mu.Lock()
	opened, known := c.depots[name]
	if !known {
		opened = sync.OnceValues(func() (*station, error) { return c.openStation(ctx, name) })
		c.depots[name] = opened
	}
	c.mu.Unlock()
	return opened()
}

func (c *Couriers) openStation(ctx context.Context, name string) (*station, error) {
	host, ok := c.host(name)
	if !ok {
		return nil, fmt.Errorf("host %s: %w", name, hosts.ErrNotFound)
	}
	identity, err := c.identity()
	if err != nil {
		return nil, err
	}
	engine, err := c.o.Connect(host)
	if err != nil {
		return nil, err
	}
	seen, err := look(ctx, engine)
	if err != nil {
		return nil, err
	}
	p, err := c.program(seen.Host.Platform)
	if err != nil {
		return nil, err
	}
	tidy(ctx, engine, seen, p.image)
	if err := provide(ctx, engine, seen, p); err != nil {
		return nil, err
	}
	id, err := create(ctx, engine, p.image, c.o.Run, seen.Store)
	if err != nil {
		return nil, err
	}
	s, err := openStation(ctx, engine, id, depot.Order{Identity: &identity, Engine: nature(seen)})
	if err == nil {
		s.address = seen.Host.Address
	}
	return s, err
}

// program is unpacked once for all hosts of its platform.
func (c *Couriers) program(p hosts.Platform) (program, error) {
	c.mu.Lock()
	made, known := c.programs[p]
	if !known {
		made = sync.OnceValues(func() (program, error) { return newProgram(c.o.Program(p)) })
		c.programs[p] = made
	}
	c.mu.Unlock()
	return made()
}

// closeLimit is how long depots may take to end by themselves.
const closeLimit = 30 * time.Second

// Close ends all depots, and waits until nothing of them is left.
func (c *Couriers) Close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	c.mu.Lock()
	defer c.mu.Unlock()
	var closing sync.WaitGroup
	for _, opened := range c.depots {
		closing.Go(func() {
			if s, err := opened(); err == nil {
				s.close(ctx)
			}
		})
	}
	closing.Wait()
	clear(c.depots)
}
