// Package weave is the fabric: it makes containers on different hosts
// neighbours on one network. Each host runs two things, both put there through
// its engine alone: the stock Weave Net router, which carries frames between
// hosts, encrypted, and the names of weaveDNS; and our network driver
// (package driver), which joins containers to it.
package weave

import (
	"context"
	"io"
	"io/fs"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// DefaultImage is the router's: the maintained fork of Weave Net.
const DefaultImage = "rajchaudhuri/weave:2.9.0"

// Options shape the fabric. All hosts of a pool need the same.
type Options struct {
	// Connect returns the engine of a host.
	Connect func(hosts.Host) (Engine, error)
	// Image is the router's; "" is DefaultImage.
	Image string
	// Password encrypts what hosts send each other; "" leaves it in the clear.
	Password string
	// MTU is the size of a packet on the fabric in bytes; 0 is 1410, which fits
	// into 1500 with the router's and the encryption's headers.
	MTU int
	// Settle is how long Join waits for the other hosts' routers, which may be
	// pulling their image, and once more while all that lacks is an answer to
	// packets; 0 is 45 s.
	Settle time.Duration
}

// Engine is what the fabric asks of one host's engine. Errors match
// hosts.ErrNotFound, ErrConflict and ErrUnreachable.
type Engine interface {
	Containers
	Images
	Plugins
}

// Containers is the life of the router.
type Containers interface {
	InspectContainer(ctx context.Context, container string) (hosts.ContainerDetail, error)
	CreateContainer(ctx context.Context, spec hosts.ContainerSpec) (id string, err error)
	StartContainer(ctx context.Context, container string) error
	RemoveContainer(ctx context.Context, container string, force, volumes bool) error
	Exec(ctx context.Context, container string, command []string) (hosts.ExecResult, error)
}

// Images is where the router comes from, and the volume that it leaves.
type Images interface {
	PullImage(ctx context.Context, ref string, o hosts.PullOptions) error
	InspectImage(ctx context.Context, ref string) (hosts.Image, error)
	RemoveVolume(ctx context.Context, name string) error
}

// Plugins is the life of the driver.
type Plugins interface {
	// Plugin returns hosts.ErrNotFound where it is not installed.
	Plugin(ctx context.Context, name string) (hosts.Plugin, error)
	// InstallPlugin creates a disabled plugin of a tar of config.json and rootfs/.
	InstallPlugin(ctx context.Context, name string, content io.Reader) error
	EnablePlugin(ctx context.Context, name string) error
	DisablePlugin(ctx context.Context, name string, force bool) error
	RemovePlugin(ctx context.Context, name string, force bool) error
}

// Fabric joins hosts. It holds no state: what is there is read from the engines.
type Fabric struct {
	o        Options
	binaries fs.FS
}

// New makes a fabric; zero options become their defaults.
func New(o Options) *Fabric {
	if o.Image == "" {
		o.Image = DefaultImage
	}
	if o.MTU == 0 {
		o.MTU = 1410
	}
	if o.Settle == 0 {
		o.Settle = 45 * time.Second
	}
	return &Fabric{o: o, binaries: embedded}
}
