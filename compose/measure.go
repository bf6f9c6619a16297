package compose

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// Meter measures what hosts use. Implemented by hosts/meter.
type Meter interface {
	// Read returns the last reading on a host, in one request; the error is
	// hosts.ErrNotFound where there is none.
	Read(ctx context.Context, host hosts.Host) (hosts.Reading, error)
	// Start makes the host be measured; it is idempotent.
	Start(ctx context.Context, host hosts.Host) error
}

const (
	// startMeterTimeout bounds how long a meter may take to start, which sends
	// its program to the host.
	startMeterTimeout = time.Minute
	// readMeterTimeout bounds the wait for its first reading, which takes a second.
	readMeterTimeout = 10 * time.Second
	readMeterEvery   = 200 * time.Millisecond
)

// observeFor observes all that the rules of a project want to know. Where they
// want measurements, a run that may change things starts the meters that
// aren't there, once.
func (e *Env) observeFor(ctx context.Context, p *project.Project) (state.Snapshot, error) {
	if e.Meter == nil || !e.measures(p) {
		return Observe(ctx, e)
	}
	s, err := ObserveUse(ctx, e)
	if err != nil || e.held == nil || e.metered {
		return s, err
	}
	e.metered = true
	return e.measure(ctx, s)
}

// Measure observes the hosts, and starts meters where there are none.
func Measure(ctx context.Context, env *Env) (state.Snapshot, error) {
	s, err := ObserveUse(ctx, env)
	if err != nil {
		return s, err
	}
	return env.measure(ctx, s)
}

// measure starts the meters of hosts that aren't measured, and looks again.
func (e *Env) measure(ctx context.Context, s state.Snapshot) (state.Snapshot, error) {
	unmeasured := slices.DeleteFunc(s.Ready(), func(o hosts.Observation) bool { return o.Host.Use.Fresh() })
	if len(unmeasured) == 0 {
		return s, nil
	}
	e.startMeters(ctx, unmeasured)
	return ObserveUse(ctx, e)
}

// measures tells whether a rule of a service, or of a location, wants to know
// what hosts use.
func (e *Env) measures(p *project.Project) bool {
	catalog := scheduler.NewCatalog()
	for _, name := range p.ServiceNames() {
		if slices.ContainsFunc(p.ServiceClocker(name).Placement.Strategies, catalog.Measures) {
			return true
		}
	}
	for _, h := range e.Pool {
		if slices.ContainsFunc(e.Locations[h.Location].Strategies, catalog.Measures) {
			return true
		}
	}
	return false
}

// startMeters returns when each host has a reading, or can't have one, which it
// warns of.
func (e *Env) startMeters(ctx context.Context, on []hosts.Observation) {
	problems := make([]error, len(on))
	var work sync.WaitGroup
	for i, o := range on {
		work.Go(func() {
			e.tellMeter(o.Host, execute.Working, "Measuring")
			if problems[i] = e.startMeter(ctx, o.Host); problems[i] == nil {
				e.tellMeter(o.Host, execute.Done, "Measured")
			} else {
				e.tellMeter(o.Host, execute.Error, "Not measured")
			}
		})
	}
	work.Wait()
	for i, err := range problems {
		if err != nil && ctx.Err() == nil {
			name := on[i].Host.Name
			e.warn([]string{"host " + name + " can't be measured: " + strings.TrimPrefix(err.Error(), "host "+name+": ")})
		}
	}
}

func (e *Env) tellMeter(h hosts.Host, status execute.EventStatus, text string) {
	if e.Events != nil {
		e.Events(execute.Event{ID: "Host " + h.Name, Status: status, Text: text})
	}
}

func (e *Env) startMeter(ctx context.Context, h hosts.Host) error {
	starting, cancel := context.WithTimeout(ctx, startMeterTimeout)
	defer cancel()
	if err := e.Meter.Start(starting, h); err != nil {
		return err
	}
	reading, cancel := context.WithTimeout(ctx, readMeterTimeout)
	defer cancel()
	for {
		_, err := e.Meter.Read(reading, h)
		if err == nil || !errors.Is(err, hosts.ErrNotFound) {
			return err
		}
		select {
		case <-reading.Done():
			return err
		case <-time.After(readMeterEvery):
		}
	}
}
