package compose

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// ErrOccupied is that a host isn't deleted, because of what is on it.
var ErrOccupied = errors.New("it isn't empty")

// DeleteHost deletes the machine of a host on which nothing is. The host is
// drained first, so that nobody places anything there meanwhile, and looked at
// again; where somebody was faster, it is as before, and the error is an
// [ErrOccupied] that says what is there.
func DeleteHost(ctx context.Context, env *Env, location hosts.Location, name string) error {
	i := slices.IndexFunc(env.Pool, func(h hosts.Host) bool { return h.Name == name && h.Machine != nil })
	if i < 0 {
		return fmt.Errorf("host %s: %w", name, hosts.ErrNotFound)
	}
	h := env.Pool[i]
	tell := func(status execute.EventStatus, text, details string) {
		if env.Events != nil {
			env.Events(execute.Event{ID: "Host " + name, Status: status, Text: text, Details: details})
		}
	}
	tell(execute.Working, "Deleting", "")
	why, err := env.vacate(ctx, h)
	if err == nil && why != "" {
		tell(execute.Done, "Kept", why)
		return fmt.Errorf("host %s: %w: %s", name, ErrOccupied, why)
	}
	if err == nil {
		if err = env.leaveFabric(ctx, h); err != nil {
			env.warn([]string{err.Error()}) // a peer that is gone is forgotten later, too
		}
		err = env.Machines.Delete(ctx, location, *h.Machine)
	}
	if err != nil {
		tell(execute.Error, "Error", err.Error())
		return err
	}
	env.setPool(slices.Delete(slices.Clone(env.Pool), i, i+1))
	tell(execute.Done, "Deleted", "")
	return nil
}

// vacate lets nothing be placed on a host, and returns what is on it all the
// same; then it is as before. The order counts: a run that takes its lock after
// the mark is there sees the mark, one that holds it keeps the host, and what one
// has done that gave it back is seen.
func (e *Env) vacate(ctx context.Context, h hosts.Host) (occupied string, err error) {
	mine, err := e.markLeaving(ctx, h)
	if err != nil {
		return "", err
	}
	if !mine.free {
		return mine.reason, nil
	}
	if occupied, err = e.atWork(ctx); occupied == "" && err == nil {
		seen := e.observeHost(ctx, h, everything)
		occupied = plan.Occupied(&seen)
	}
	if (occupied == "" && err == nil) || mine.drained {
		return occupied, err
	}
	return occupied, errors.Join(err, Activate(context.WithoutCancel(ctx), e, h.Name))
}

// claim is what has become of the mark of a host that is to be deleted.
type claim struct {
	// free tells that this run may delete it; else the reason is who does.
	free   bool
	reason string
	// drained tells that a user has drained it before.
	drained bool
}

// deletionTime is longer than anybody takes to delete a host.
const deletionTime = 5 * time.Minute

// markLeaving drains a host whose machine is going to be deleted, unless another
// run is about to do that.
func (e *Env) markLeaving(ctx context.Context, h hosts.Host) (claim, error) {
	engine, err := e.Connect(h)
	if err != nil {
		return claim{}, err
	}
	me := Holder{ID: rand.Text(), Who: e.Self.Name, Machine: e.Self.Machine, Process: e.Self.Process, Since: time.Now().UTC()}
	v, err := engine.ClaimVolume(ctx, hosts.VolumeSpec{Name: drainMark, Labels: map[string]string{
		hosts.LabelDrained: me.Who + ", " + me.Since.Format(time.RFC3339), labelLeaving: "true", labelHolder: me.ID, labelWho: me.Who,
		labelMachine: me.Machine, labelProcess: strconv.Itoa(me.Process), labelSince: me.Since.Format(time.RFC3339),
	}})
	if err != nil {
		return claim{}, err
	}
	other := holderOf(v)
	switch {
	case v.Labels[labelLeaving] == "":
		return claim{free: true, drained: true}, nil
	case other.ID == me.ID, e.dead(*other), time.Since(other.Since) > deletionTime:
		return claim{free: true}, nil
	}
	return claim{reason: other.Who + " is deleting it"}, nil
}

// Leaver is a fabric that a host can be taken off, and that the others forget
// it for.
type Leaver interface {
	Leave(ctx context.Context, host hosts.Host, others []hosts.Host) error
}

func (e *Env) leaveFabric(ctx context.Context, h hosts.Host) error {
	f, ok := e.Fabric.(Leaver)
	if !ok {
		return nil
	}
	others := slices.DeleteFunc(slices.Clone(e.Pool), func(o hosts.Host) bool { return o.Name == h.Name })
	return f.Leave(ctx, h, others)
}
