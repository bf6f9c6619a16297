package main

import (
	"context"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave"
)

// Status is that of a fabric without a router: whether the driver is there.
func (f pretended) Status(ctx context.Context, host hosts.Host) (weave.Status, error) {
	e, err := f.connect(host)
	if err != nil {
		return weave.Status{}, err
	}
	p, err := e.Plugin(ctx, hosts.FabricDriver)
	return weave.Status{Peer: host.Name, Driver: p.Enabled}, err
}
