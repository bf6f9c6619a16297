package machines

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
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
	h := m.Host(l, machine)
	return h, m.whileThere(ctx, l, machine, func(ctx context.Context) error {
		if machine.Endpoint != "" {
			tell("Waiting for Docker")
			return m.persist(ctx, func() (bool, error) { return true, m.o.Answer(ctx, h) })
		}
		tell("Waiting for SSH")
		if err := m.answering(ctx, machine); err != nil {
			return err
		}
		tell("Joining")
		return m.o.Join(ctx, h, l, tell)
	})
}

// running waits until the machine runs and has an address. A cloud that doesn't
// answer for a moment is asked again.
func (m *Machines) running(ctx context.Context, l hosts.Location, machine hosts.Machine, tell func(string)) (hosts.Machine, error) {
	if runs, err := settled(machine); runs || err != nil {
		return machine, err
	}
	tell("Booting")
	s := m.sight(machine)
	for heard := time.Now(); ; {
		all, err := m.roster(l).next(ctx)
		if err != nil && (ctx.Err() != nil || time.Since(heard) > m.o.Outage) {
			return machine, err
		}
		if err != nil {
			continue
		}
		heard = time.Now()
		if runs, err := s.look(all); runs || err != nil {
			return s.machine, err
		}
	}
}

// whileThere acts for as long as the machine is there and not broken. That the
// cloud doesn't answer says nothing of the machine, and holds nobody up.
func (m *Machines) whileThere(ctx context.Context, l hosts.Location, machine hosts.Machine, act func(context.Context) error) error {
	ctx, lose := context.WithCancelCause(ctx)
	var looking sync.WaitGroup
	looking.Go(func() {
		for s := m.sight(machine); ctx.Err() == nil; {
			all, err := m.roster(l).next(ctx)
			if err != nil {
				continue
			}
			if _, err := s.look(all); err != nil {
				lose(&lost{err})
			}
		}
	})
	err := act(ctx)
	lose(nil)
	looking.Wait()
	if why, ok := errors.AsType[*lost](context.Cause(ctx)); ok && err != nil {
		return why.error
	}
	return err
}

// lost is why nobody waits for a machine any longer.
type lost struct{ error }

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
func (m *Machines) answering(ctx context.Context, machine hosts.Machine) error {
	return m.persist(ctx, func() (again bool, err error) {
		err = m.Trust(ctx, machine)
		return !errors.Is(err, ErrHostKey), err
	})
}

// persist tries until there is no error, or trying again is of no use.
func (m *Machines) persist(ctx context.Context, try func() (again bool, err error)) error {
	for {
		again, err := try()
		if err == nil || !again {
			return err
		}
		if pause(ctx, m.o.Poll) != nil {
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
