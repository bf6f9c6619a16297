package compose

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// labelLeaving is on the mark of a drained host whose machine is being deleted.
const labelLeaving = "io.clocker.leaving"

// deletionTime is longer than anybody takes to delete a host.
const deletionTime = 5 * time.Minute

// leaving is the mark of a host that a run deletes: from then on nobody places
// anything there.
type leaving struct {
	engine   Engine
	me       Holder
	patience time.Duration
	// drained tells that a user has drained the host before, whose mark it is.
	drained bool
	// other is who deletes the host instead; "" where this run does.
	other string
}

// markLeaving drains a host whose machine is going to be deleted, unless another
// run is about to do that. A mark that was given up is claimed anew: whoever goes
// on from it has to be seen by all who have looked at it.
func (e *Env) markLeaving(ctx context.Context, h hosts.Host) (*leaving, error) {
	engine, err := e.Connect(h)
	if err != nil {
		return nil, err
	}
	m := &leaving{engine: engine, patience: e.patience(), me: Holder{
		ID: rand.Text(), Who: e.Self.Name, Machine: e.Self.Machine, Process: e.Self.Process, Since: time.Now().UTC(),
	}}
	for {
		v, err := m.claim(ctx)
		if err != nil {
			_ = m.withdraw(ctx) // the answer may be lost
			return nil, err
		}
		who := leaver(v)
		switch {
		case who == nil:
			m.drained = true
			return m, nil
		case who.ID == m.me.ID:
			return m, nil
		case !e.gaveUp(*who):
			m.other = who.Who
			return m, nil
		}
		if err := unmark(ctx, engine, m.patience, who.ID); err != nil {
			return nil, err
		}
	}
}

func (m *leaving) claim(ctx context.Context) (hosts.Volume, error) {
	ctx, cancel := context.WithTimeout(ctx, m.patience)
	defer cancel()
	return m.engine.ClaimVolume(ctx, hosts.VolumeSpec{Name: drainMark, Labels: map[string]string{
		hosts.LabelDrained: drainedBy(m.me.Who, m.me.Since), labelLeaving: "true", labelHolder: m.me.ID, labelWho: m.me.Who,
		labelMachine: m.me.Machine, labelProcess: strconv.Itoa(m.me.Process), labelSince: m.me.Since.Format(time.RFC3339),
	}})
}

// stands tells that the mark is still there, and this run's: not a user who has
// activated the host, and not a run that has taken this one for dead.
func (m *leaving) stands(o hosts.Observation) bool {
	i := slices.IndexFunc(o.Volumes, isMark)
	return i >= 0 && (m.drained || o.Volumes[i].Labels[labelHolder] == m.me.ID)
}

// withdraw takes the mark off, also where ctx has ended. That of a user stays.
func (m *leaving) withdraw(ctx context.Context) error {
	if m.drained || m.other != "" {
		return nil
	}
	return unmark(context.WithoutCancel(ctx), m.engine, m.patience, m.me.ID)
}

// markOf is the mark of a drained host, nil where it has none.
func markOf(ctx context.Context, engine Engine, patience time.Duration) (*hosts.Volume, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := engine.Volumes(ctx, hosts.LabelDrained)
	if i := slices.IndexFunc(found, isMark); i >= 0 {
		return &found[i], err
	}
	return nil, err
}

// unmark takes a mark off that has this holder, and leaves any other.
func unmark(ctx context.Context, engine Engine, patience time.Duration, holder string) error {
	v, err := markOf(ctx, engine, patience)
	if err != nil || v == nil || v.Labels[labelHolder] != holder {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := engine.RemoveVolume(ctx, drainMark); !errors.Is(err, hosts.ErrNotFound) {
		return err
	}
	return nil
}

// leaver is who has begun to delete the host of a mark; nil where a user has
// drained it.
func leaver(v hosts.Volume) *Holder {
	if v.Labels[labelLeaving] == "" {
		return nil
	}
	return holderOf(v)
}

// leaverOf is who has begun to delete a host; nil for nobody.
func leaverOf(o hosts.Observation) *Holder {
	if i := slices.IndexFunc(o.Volumes, isMark); i >= 0 {
		return leaver(o.Volumes[i])
	}
	return nil
}

// gaveUp tells that a deletion doesn't go on: its run has ended or would be done
// by now, or is this very process, which deletes one host after the other.
func (e *Env) gaveUp(who Holder) bool {
	mine := who.Machine != "" && who.Machine == e.Self.Machine && who.Process == e.Self.Process
	return mine || e.dead(who) || time.Since(who.Since) > deletionTime
}

// undisturbed is an error where somebody deletes the host of a mark, which may be
// nil.
func (e *Env) undisturbed(v *hosts.Volume) error {
	if v == nil {
		return nil
	}
	if who := leaver(*v); who != nil && !e.gaveUp(*who) {
		return fmt.Errorf("%s is deleting it", who.Who)
	}
	return nil
}

// reclaim takes hosts into use again whose deletion was begun and given up.
func (e *Env) reclaim(ctx context.Context, s state.Snapshot) error {
	for i := range s.Observations {
		o := &s.Observations[i]
		who := leaverOf(*o)
		if who == nil || !e.gaveUp(*who) {
			continue
		}
		engine, err := e.engineOf(o.Host.Name)
		if err == nil {
			err = unmark(ctx, engine, e.patience(), who.ID)
		}
		if err != nil {
			return fmt.Errorf("host %s: take it into use again: %w", o.Host.Name, err)
		}
		o.Host.Availability = hosts.Active
		o.Volumes = slices.DeleteFunc(slices.Clone(o.Volumes), isMark)
	}
	return nil
}
