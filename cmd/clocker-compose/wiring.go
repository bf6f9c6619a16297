package main

import (
	"context"
	"fmt"
	"io"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/buildkit"
	"github.com/clocker-compose/clocker-compose/hosts/courier"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
	"github.com/clocker-compose/clocker-compose/hosts/join"
	"github.com/clocker-compose/clocker-compose/hosts/machines"
	"github.com/clocker-compose/clocker-compose/hosts/meter"
	"github.com/clocker-compose/clocker-compose/weave"
)

// wiring is how the program reaches engines; tests have one of their own.
type wiring struct {
	// current is the engine that Docker's own client would use, and its name.
	current func(docker.Environment) (hosts.Endpoint, string, error)
	// open returns an engine without talking to it.
	open func(hosts.Host, docker.Options) (engine, error)
	// builder returns what builds images on a host.
	builder func(hosts.Host, engine, buildkit.Options) (compose.ImageBuilder, error)
	// providers are what may make the machines of locations.
	providers []hosts.ProviderKind
	// boot sets how machines become hosts.
	boot func(*session, *machines.Options)
	// fabric returns what joins the hosts of a pool.
	fabric func(fabricOptions) (fabric, error)
	// carrier returns what brings images from host to host; nil where nothing does.
	carrier func(courier.Options) execute.Carrier
	// program is what runs on hosts of a platform: the driver, and its errands.
	program func(hosts.Platform) ([]byte, error)
}

// engine is a connection to one host.
type engine interface {
	compose.Engine
	meter.Engine
	courier.Engine
	weave.Plugins
	join.Shell
	io.Closer
}

// fabric is the container network of a pool.
type fabric interface {
	execute.Fabric
	// Leave takes the fabric off a host, and makes the others forget it.
	Leave(ctx context.Context, host hosts.Host, others []hosts.Host) error
	// Status is the state of the fabric on a host, ErrNotFound where it has not joined.
	Status(ctx context.Context, host hosts.Host) (weave.Status, error)
}

// fabricOptions are what a fabric depends on.
type fabricOptions struct {
	connect func(hosts.Host) (engine, error)
	// keyFile holds the key of the encryption; it is made where it is missing.
	keyFile string
	encrypt bool
}

// engines is the wiring for real hosts.
func engines() wiring {
	return wiring{
		current:   docker.Current,
		open:      func(h hosts.Host, o docker.Options) (engine, error) { return docker.Open(h, o) },
		builder:   newBuilder,
		providers: providerKinds(),
		boot:      bootAndJoin,
		fabric:    newFabric,
		carrier:   func(o courier.Options) execute.Carrier { return courier.New(o) },
		program:   weave.Tool,
	}
}

// newBuilder reaches the BuildKit that is part of an engine.
func newBuilder(h hosts.Host, e engine, o buildkit.Options) (compose.ImageBuilder, error) {
	streams, ok := e.(buildkit.Engine)
	if !ok {
		return nil, fmt.Errorf("host %s has no BuildKit", h.Name)
	}
	return buildkit.New(h.Name, streams, o), nil
}

func newFabric(o fabricOptions) (fabric, error) {
	password := ""
	if o.encrypt {
		var err error
		if password, err = weave.LoadOrCreateKey(o.keyFile); err != nil {
			return nil, err
		}
	}
	return weave.New(weave.Options{
		Connect:  func(h hosts.Host) (weave.Engine, error) { return o.connect(h) },
		Password: password,
	}), nil
}
