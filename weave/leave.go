package weave

import (
	"context"
	"errors"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Leave takes the fabric away from a host: driver, router and what they
// remember. The others forget its address; one that does not answer is left
// out, and forgets when it joins again. The host's fabric networks must be
// gone before.
func (f *Fabric) Leave(ctx context.Context, host hosts.Host, others []hosts.Host) error {
	e, err := f.o.Connect(host)
	if err != nil {
		return failure(host, "leave fabric", err, "")
	}
	if err := remove(ctx, e); err != nil {
		return failure(host, "leave fabric", err, "")
	}
	return f.forget(ctx, host, others)
}

func remove(ctx context.Context, e Engine) error {
	return errors.Join(
		removePlugin(ctx, e),
		present(e.RemoveContainer(ctx, RouterName, true, true)),
		present(e.RemoveVolume(ctx, RouterVolume)),
	)
}

func (f *Fabric) forget(ctx context.Context, host hosts.Host, others []hosts.Host) error {
	if host.Address == "" {
		return nil
	}
	var failed error
	for _, other := range others {
		e, err := f.o.Connect(other)
		if err == nil {
			err = control{e}.forget(ctx, host.Address)
		}
		if err != nil && !harmless(err) {
			failed = errors.Join(failed, failure(other, "forget host "+host.Name, err, ""))
		}
	}
	return failed
}

// harmless is a router that isn't there to forget.
func harmless(err error) bool {
	return errors.Is(err, hosts.ErrNotFound) || errors.Is(err, hosts.ErrUnreachable) || errors.Is(err, errSilent)
}

// present leaves out that something is gone already.
func present(err error) error {
	if errors.Is(err, hosts.ErrNotFound) {
		return nil
	}
	return err
}
