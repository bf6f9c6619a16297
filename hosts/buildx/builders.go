package buildx

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Dial opens a stream to a BuildKit; the end of ctx doesn't close it.
type Dial func(ctx context.Context) (net.Conn, error)

// Builders are those that the user may name.
type Builders struct {
	// Folder is where buildx keeps its records.
	Folder string
	// Current is the Docker context that is in use, and Contexts tells which there are.
	Current  string
	Contexts func(name string) bool
	// Engine returns the engine that a Docker context or an address means, for
	// builders that run in its containers.
	Engine func(endpoint hosts.Endpoint) (Engine, error)
}

// Chosen is the name of the builder that `docker buildx use` chose for an
// engine, "" where that is the engine's own. The engine is named by its context,
// or, as the default one, by its address.
func (b *Builders) Chosen(engine string) (string, error) {
	return records(b.Folder).current(engine)
}

// IsEngine tells that a name stands for the current engine's own BuildKit.
func (b *Builders) IsEngine(name string) bool {
	if name == "default" {
		return true
	}
	_, err := records(b.Folder).named(name)
	return name == b.Current && errors.Is(err, fs.ErrNotExist)
}

// Find returns the way to a builder, by its name or address, that builds for
// platforms; none leaves them to the builder. A container that the builder is to
// run in is started, and made where it is missing; tell, which may be nil, hears
// what takes its time. Errors name the builder.
func (b *Builders) Find(ctx context.Context, builder string, platforms []string, tell func(string)) (Dial, error) {
	if !hosts.IsBuilderName(builder) {
		address, err := hosts.ParseBuilderAddress(builder)
		if err != nil {
			return nil, fmt.Errorf("builder %s: %w", builder, err)
		}
		return b.at(address)
	}
	known, err := records(b.Folder).named(builder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, b.unknown(builder)
	}
	if err != nil {
		return nil, err
	}
	n, err := known.nodeFor(platforms)
	if err != nil {
		return nil, err
	}
	dial, err := b.node(ctx, known, n, tell)
	if err != nil {
		return nil, fmt.Errorf("builder %s: %w", builder, err)
	}
	return dial, nil
}

// unknown words a name that buildx doesn't keep, as it does itself.
func (b *Builders) unknown(name string) error {
	if b.Contexts != nil && b.Contexts(name) {
		return fmt.Errorf("builder %s is a Docker context that isn't in use: use `--context %s` to switch to it, or name its engine as the host that builds, in x-clocker.build.host", name, name)
	}
	return fmt.Errorf("no builder %q found: `docker buildx ls` lists those that have a name; an address will do, too, tcp://HOST:PORT or unix:///SOCKET", name)
}

func (b *Builders) node(ctx context.Context, of record, n node, tell func(string)) (Dial, error) {
	switch of.Driver {
	case "remote":
		address, err := n.address()
		if err != nil {
			return nil, err
		}
		return b.at(address)
	case "docker-container":
		engine, err := b.Engine(endpoint(n.Endpoint))
		if err != nil {
			return nil, err
		}
		c := &vessel{engine: engine, node: n, name: containerPrefix + n.Name}
		if err := c.run(ctx, tell); err != nil {
			return nil, err
		}
		return c.dial, nil
	}
	return nil, fmt.Errorf("its driver is %s, and only those of the drivers remote and docker-container are reached from here; name another one, or the host's own: --builder default, or BUILDX_BUILDER=default", of.Driver)
}

// endpoint is an engine as buildx writes it: a context or an address.
func endpoint(text string) hosts.Endpoint {
	if strings.Contains(text, "://") {
		return hosts.Endpoint{URL: text}
	}
	return hosts.Endpoint{Context: text}
}

// at is the way to an address.
func (b *Builders) at(a hosts.BuilderAddress) (Dial, error) {
	u, err := url.Parse(a.URL)
	if err != nil {
		return nil, err
	}
	switch u.Scheme {
	case "tcp", "unix":
		return socket(a, u)
	case "ssh":
		return overSSH(u), nil
	case "docker-container":
		name := u.Query().Get("context")
		if name == "" {
			name = b.Current
		}
		engine, err := b.Engine(endpoint(name))
		if err != nil {
			return nil, err
		}
		return (&vessel{engine: engine, name: u.Hostname()}).dial, nil
	}
	return nil, fmt.Errorf("builders at %s:// can't be reached from here", u.Scheme)
}

// address is where a node of the driver remote is reached.
func (n node) address() (hosts.BuilderAddress, error) {
	text := n.Endpoint
	for _, key := range []string{"cacert", "cert", "key"} {
		if file := n.DriverOpts[key]; file != "" && !filepath.IsAbs(file) {
			return hosts.BuilderAddress{}, fmt.Errorf("non-absolute path '%s' provided for %s", file, key)
		}
	}
	for _, key := range []string{"cacert", "cert", "key", "servername"} {
		if value := n.DriverOpts[key]; value != "" {
			text += "," + key + "=" + value
		}
	}
	return hosts.ParseBuilderAddress(text)
}
