package machines

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Broken is a machine that doesn't come to run, and the provider's reason.
type Broken struct{ Machine, Reason string }

func (b *Broken) Error() string { return "machine " + b.Machine + " is broken: " + b.Reason }

// Ready waits until a machine runs and SSH answers, and makes it a host; of one
// that has an endpoint of its own, until its engine answers. It finishes what an
// interrupted run has begun. Tell is called with what is waited for. The
// template's start-timeout bounds all of it, from when the machine was made. One
// that is deleted meanwhile is a [hosts.ErrGone].
func (m *Machines) Ready(ctx context.Context, l hosts.Location, machine hosts.Machine, tell func(string)) (hosts.Host, error) {
	rest := left(l, machine, time.Now())
	if rest < l.StartTimeout()-time.Minute {
		tell = withLimit(tell, rest)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, rest, fmt.Errorf("it isn't ready after %s", l.StartTimeout()))
	defer cancel()
	h, err := m.ready(ctx, l, machine, tell)
	cause := context.Cause(ctx)
	switch {
	case err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return h, err
	case errors.Is(err, cause):
		return h, fmt.Errorf("machine %s: %w", machine.Name, err)
	}
	return h, fmt.Errorf("machine %s: %w: %w", machine.Name, cause, err)
}

// left is what a machine has left of the time that it may take, so that no run
// waits anew for one that others have waited for. One whose time is over has all
// of it again: nobody waits for that unless the user says so.
func left(l hosts.Location, machine hosts.Machine, now time.Time) time.Duration {
	limit := l.StartTimeout()
	if machine.Created.IsZero() {
		return limit
	}
	rest := limit - max(0, now.Sub(machine.Created))
	if rest <= 0 {
		return limit
	}
	return rest
}

// withLimit tells, too, how long is waited at most for a machine that others have
// waited for before.
func withLimit(tell func(string), rest time.Duration) func(string) {
	limit := units.HumanDuration(rest)
	return func(text string) { tell(text + ", for " + strings.ToLower(limit) + " at most") }
}

func (m *Machines) ready(ctx context.Context, l hosts.Location, machine hosts.Machine, tell func(string)) (hosts.Host, error) {
	machine, err := m.running(ctx, l, machine, tell)
	if err != nil {
		return hosts.Host{}, err
	}
	if machine.Endpoint != "" {
		tell("Waiting for Docker")
		h := m.Host(l, machine)
		return h, m.persist(ctx, l, machine, func() (bool, error) { return true, m.o.Answer(ctx, h) })
	}
	tell("Waiting for SSH")
	if err := m.answering(ctx, l, machine); err != nil {
		return hosts.Host{}, err
	}
	h := m.Host(l, machine)
	tell("Joining")
	if err := m.o.Join(ctx, h, l, tell); err != nil {
		if lost := m.lost(ctx, l, machine); errors.Is(lost, hosts.ErrGone) {
			return h, lost
		}
		return h, err
	}
	return h, nil
}

// running waits until the machine runs and has an address. A cloud that doesn't
// answer for a moment is asked again.
func (m *Machines) running(ctx context.Context, l hosts.Location, machine hosts.Machine, tell func(string)) (hosts.Machine, error) {
	if runs, err := settled(machine); runs || err != nil {
		return machine, err
	}
	tell("Booting")
	for heard := time.Now(); ; {
		all, err := m.roster(l).next(ctx)
		if err != nil && (ctx.Err() != nil || time.Since(heard) > m.o.Outage) {
			return machine, err
		}
		if err != nil {
			continue
		}
		heard = time.Now()
		if machine, err = find(all, machine); err != nil {
			return machine, err
		}
		if runs, err := settled(machine); runs || err != nil {
			return machine, err
		}
	}
}

// find is a machine as a list has it.
func find(all []hosts.Machine, machine hosts.Machine) (hosts.Machine, error) {
	i := slices.IndexFunc(all, func(seen hosts.Machine) bool { return seen.ID == machine.ID })
	if i < 0 {
		return machine, fmt.Errorf("machine %s: %w", machine.Name, hosts.ErrGone)
	}
	return all[i], nil
}

// lost waits for the time of one poll, and is an error where the machine is gone
// by then, or broken. That the cloud doesn't answer says nothing of the machine.
func (m *Machines) lost(ctx context.Context, l hosts.Location, machine hosts.Machine) error {
	all, err := m.roster(l).next(ctx)
	if err != nil {
		return nil
	}
	if machine, err = find(all, machine); err == nil {
		_, err = settled(machine)
	}
	return err
}

// settled tells that a machine runs, or in an error that it won't.
func settled(m hosts.Machine) (runs bool, err error) {
	switch m.State {
	case hosts.MachineBroken:
		return false, &Broken{m.Name, m.Fault}
	case hosts.MachineDeleting:
		return false, fmt.Errorf("machine %s: %w", m.Name, hosts.ErrGone)
	}
	return m.State == hosts.MachineRunning && m.Address != "", nil
}

// answering waits until the machine's SSH server shows the key that it was made
// with; that it shows another is no reason to wait.
func (m *Machines) answering(ctx context.Context, l hosts.Location, machine hosts.Machine) error {
	return m.persist(ctx, l, machine, func() (again bool, err error) {
		err = m.Trust(ctx, machine)
		return !errors.Is(err, ErrHostKey), err
	})
}

// persist tries until there is no error, or trying again is of no use, as on a
// machine that another run has deleted meanwhile.
func (m *Machines) persist(ctx context.Context, l hosts.Location, machine hosts.Machine, try func() (again bool, err error)) error {
	for {
		again, err := try()
		if err == nil || !again {
			return err
		}
		if lost := m.lost(ctx, l, machine); lost != nil {
			return lost
		}
		if ctx.Err() != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
