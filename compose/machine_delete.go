package compose

import (
	"context"
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
// same; then it is as before.
func (e *Env) vacate(ctx context.Context, h hosts.Host) (occupied string, err error) {
	if err := e.markLeaving(ctx, h); err != nil {
		return "", err
	}
	seen := e.observeHost(ctx, h, everything)
	if occupied = plan.Occupied(&seen); occupied == "" {
		occupied = e.busy(seen)
	}
	if occupied == "" {
		return "", nil
	}
	return occupied, Activate(ctx, e, h.Name)
}

// markLeaving drains a host whose machine is going to be deleted.
func (e *Env) markLeaving(ctx context.Context, h hosts.Host) error {
	engine, err := e.Connect(h)
	if err != nil {
		return err
	}
	me := Holder{Who: e.Self.Name, Machine: e.Self.Machine, Process: e.Self.Process, Since: time.Now().UTC()}
	_, err = engine.ClaimVolume(ctx, hosts.VolumeSpec{Name: drainMark, Labels: map[string]string{
		hosts.LabelDrained: me.Who + ", " + me.Since.Format(time.RFC3339), labelLeaving: "true",
		labelMachine: me.Machine, labelProcess: strconv.Itoa(me.Process),
	}})
	return err
}

// busy says whose run is at work on a pool of which this host keeps the lock;
// "" for nobody's.
func (e *Env) busy(seen hosts.Observation) string {
	for _, v := range seen.Volumes {
		if v.Labels[labelHolder] == "" {
			continue
		}
		if h := holderOf(v); !e.dead(*h) {
			return "project " + h.Project + " is being changed by " + h.String()
		}
	}
	return ""
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
