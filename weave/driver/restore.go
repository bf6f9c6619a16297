package driver

import (
	"context"
	"errors"
	"time"

	"github.com/clocker-compose/clocker-compose/weave/driver/store"
)

// Restore takes up what an earlier driver left: endpoints whose interface is
// gone (the host lost power, or the engine was killed) are forgotten, the
// rest answers and is pinned again. A network that fails does not keep the
// others from working; Tend tries it again.
func (d *Driver) Restore() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.forgetDead()
	for _, n := range d.Store.Networks() {
		err = errors.Join(err, d.open(n))
	}
	return errors.Join(err, d.refresh())
}

func (d *Driver) forgetDead() error {
	var dead []string
	var failed error
	for _, e := range d.Store.Endpoints() {
		alive, err := d.alive(e)
		failed = errors.Join(failed, err)
		if !alive && err == nil {
			dead = append(dead, e.ID)
		}
	}
	if len(dead) == 0 {
		return failed
	}
	return errors.Join(failed, d.Store.DeleteEndpoints(dead...))
}

// alive is false for an endpoint that has joined and lost its interface. One
// that has not joined yet may be about to.
func (d *Driver) alive(e store.Endpoint) (bool, error) {
	if e.Sandbox == "" {
		return true, nil
	}
	return d.Links.HasPort(e.ID)
}

// Tend repairs every few seconds what others may have undone: other brings up
// what the host needs besides (the uplink, the way through its filter).
func (d *Driver) Tend(ctx context.Context, every time.Duration, other func() error) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	told := "nothing yet"
	for {
		if now := text(errors.Join(other(), d.repair())); now != told {
			told = now
			d.tell(now)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (d *Driver) tell(problem string) {
	if problem != "" {
		d.Log.Error("the fabric on this host is not as it should be", "problem", problem)
	} else {
		d.Log.Info("the fabric on this host is as it should be")
	}
	if err := d.Note(problem); err != nil {
		d.Log.Warn("tell of a problem", "error", err)
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// repair opens gateways that are closed and drops endpoints that died unseen.
func (d *Driver) repair() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var err error
	for _, n := range d.Store.Networks() {
		err = errors.Join(err, d.open(n))
	}
	before := len(d.Store.Endpoints())
	err = errors.Join(err, d.forgetDead())
	if len(d.Store.Endpoints()) != before {
		err = errors.Join(err, d.refresh())
	}
	return err
}
