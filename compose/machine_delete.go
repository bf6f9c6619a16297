package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
// [ErrOccupied] that says what is there. That another run has deleted it is
// success.
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
	occupied, err := env.deleteHost(ctx, location, h)
	switch {
	case err == nil && occupied != "":
		tell(execute.Done, "Kept", occupied)
		return fmt.Errorf("host %s: %w: %s", name, ErrOccupied, occupied)
	case err != nil && !env.isGone(ctx, location, *h.Machine):
		tell(execute.Error, "Error", err.Error())
		return err
	case err != nil:
		tell(execute.Done, "Gone", deletedMeanwhile)
	default:
		tell(execute.Done, "Deleted", "")
	}
	env.setPool(slices.DeleteFunc(slices.Clone(env.Pool), func(h hosts.Host) bool { return h.Name == name }))
	return nil
}

// deleteHost takes less than the deletionTime, after which others take the host
// for one whose deletion was given up.
func (e *Env) deleteHost(ctx context.Context, location hosts.Location, h hosts.Host) (occupied string, err error) {
	ctx, cancel := context.WithTimeout(ctx, deletionTime-time.Minute)
	defer cancel()
	mark, occupied, err := e.vacate(ctx, h)
	if occupied != "" || err != nil {
		return occupied, err
	}
	if err := e.leaveFabric(ctx, h); err != nil && ctx.Err() == nil {
		e.warn([]string{err.Error()}) // a peer that is gone is forgotten later, too
	}
	// This machine may have slept since, and others have taken the host for theirs.
	if occupied, err = e.holds(ctx, h, mark); occupied != "" || err != nil {
		return occupied, err
	}
	return "", e.Machines.Delete(ctx, location, *h.Machine)
}

// takenAgain is why a host is kept whose mark isn't this run's any more.
const takenAgain = "somebody has taken it into use again"

// vacate lets nothing be placed on a host, and returns what is on it all the
// same; then it is as before. The order counts: a run that takes its lock after
// the mark is there sees the mark, one that holds it keeps the host, and what one
// has done that gave it back is seen.
func (e *Env) vacate(ctx context.Context, h hosts.Host) (_ *leaving, occupied string, err error) {
	mark, err := e.markLeaving(ctx, h)
	if err != nil {
		return nil, "", err
	}
	if mark.other != "" {
		return mark, mark.other + " is deleting it", nil
	}
	if occupied, err = e.atWork(ctx); occupied != "" || err != nil {
		return mark, occupied, errors.Join(err, mark.withdraw(ctx))
	}
	occupied, err = e.holds(ctx, h, mark)
	return mark, occupied, err
}

// holds looks at a host that is marked, and says what is on it. Where there is
// anything, the mark is taken off.
func (e *Env) holds(ctx context.Context, h hosts.Host, mark *leaving) (occupied string, err error) {
	seen := e.observeHost(ctx, h, everything)
	if occupied = plan.Occupied(&seen); occupied == "" && !mark.stands(seen) {
		occupied = takenAgain
	}
	if occupied != "" {
		err = errors.Join(ctx.Err(), mark.withdraw(ctx))
	}
	return occupied, err
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
