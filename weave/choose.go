package weave

import (
	"context"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// chooseDatapath gives a new router the fast datapath where the host's kernel
// has it. The choice must be said: a router that may choose by itself does so
// once, and fails at its next start where the kernel has none. A router that
// does not come up with it gets the other one back.
func (f *Fabric) chooseDatapath(ctx context.Context, e Engine, host hosts.Host, build string) error {
	c := control{e}
	if err := c.answering(ctx, routerStart); err != nil {
		return nil //nolint:nilerr // Join says so when it waits for the peers
	}
	possible, err := c.curl(ctx, "file:///weavedb/"+notes.Datapath)
	if err != nil || strings.TrimSpace(string(possible)) != notes.Fast {
		return err
	}
	if err := f.restart(ctx, e, host, notes.Fast, build); err != nil {
		return err
	}
	if c.answering(ctx, routerStart) == nil {
		return nil
	}
	return f.restart(ctx, e, host, notes.Sleeve, build)
}

func (f *Fabric) restart(ctx context.Context, e Containers, host hosts.Host, way, build string) error {
	old, err := e.InspectContainer(ctx, RouterName)
	if err == nil {
		_, err = f.replaceRouter(ctx, e, old, f.router(host, way, build))
	}
	if err == nil {
		err = e.StartContainer(ctx, RouterName)
	}
	return err
}
