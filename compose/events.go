package compose

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// EventsOptions select events of a project's containers.
type EventsOptions struct {
	// Services keeps those of their containers; none is all.
	Services []string
	// Since and Until are a time, Unix seconds or a Go duration before now. With
	// Since, what the engines remember from then on comes first.
	Since, Until string
}

// Event is a change in the life of a container.
type Event struct {
	Host string
	hosts.ContainerEvent
}

// Events calls each for each event of a project's containers, in order of time
// over all hosts, from one goroutine at a time, until ctx ends or Until is
// there. Those of one-off containers are left out. A host that doesn't answer or
// goes away is told to Env.Warn; where it is back, its events go on with what it
// remembers.
func Events(ctx context.Context, env *Env, project string, o EventsOptions, each func(Event)) error {
	now := time.Now()
	since, err := parseMoment(o.Since, now)
	if err != nil {
		return err
	}
	until, err := parseMoment(o.Until, now)
	if err != nil {
		return err
	}
	r := &reporter{env: env, project: project, services: o.Services, begun: now, until: until, out: each, news: make(chan Event)}
	if since.IsZero() {
		return r.live(ctx, "")
	}
	if !until.IsZero() && until.Before(now) {
		return r.past(ctx, since, until)
	}
	if err := r.past(ctx, since, now); err != nil {
		return err
	}
	return r.live(ctx, stamp(now))
}

// reporter is one call of Events.
type reporter struct {
	env      *Env
	project  string
	services []string
	begun    time.Time
	// until is zero where there is no end.
	until time.Time
	out   func(Event)
	news  chan Event

	warning sync.Mutex
}

func (r *reporter) warn(sentence string) {
	r.warning.Lock()
	defer r.warning.Unlock()
	r.env.warn([]string{sentence})
}

func (r *reporter) selects(e hosts.ContainerEvent) bool {
	return e.Labels[hosts.LabelOneoff] != "True" &&
		(len(r.services) == 0 || slices.Contains(r.services, e.Labels[hosts.LabelService]))
}

// past tells what the hosts remember; an engine remembers some hundred events.
func (r *reporter) past(ctx context.Context, since, until time.Time) error {
	var mutex sync.Mutex
	var all []Event
	o := hosts.EventOptions{Label: ofProject(r.project), Since: stamp(since), Until: stamp(until)}
	_, absent, err := surveyWith(ctx, r.env, func(ctx context.Context, _ hosts.Host, e Engine) (hosts.Observation, error) {
		seen, err := e.ObserveContainers(ctx, hosts.ContainerFilter{Labels: []string{ofProject(r.project)}})
		if err != nil {
			return seen, err
		}
		return seen, e.Events(ctx, o, func(event hosts.ContainerEvent) {
			mutex.Lock()
			defer mutex.Unlock()
			if r.selects(event) {
				all = append(all, Event{seen.Host.Name, event})
			}
		})
	})
	if err != nil {
		return err
	}
	for _, s := range statuses(absent, r.project) {
		r.warn(s.String())
	}
	slices.SortStableFunc(all, func(a, b Event) int { return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.Host, b.Host)) })
	for _, e := range all {
		r.out(e)
	}
	return nil
}

// live tells what happens, and what the engines remember since a moment.
func (r *reporter) live(ctx context.Context, since string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	readers, ctx := errgroup.WithContext(ctx)
	for _, h := range r.env.Pool {
		readers.Go(func() error { return r.read(ctx, h, since) })
	}
	ended := make(chan error, 1)
	go func() { ended <- readers.Wait() }()
	return r.arrange(ended)
}

// arrange tells events in order of time, until all readers have ended.
func (r *reporter) arrange(ended <-chan error) error {
	w := &window[Event]{out: r.out}
	defer w.flush()
	due := time.NewTimer(0)
	defer due.Stop()
	for {
		select {
		case e := <-r.news:
			w.add(e, 0, e.Time, time.Now())
		case <-due.C:
			w.release(time.Now())
		case err := <-ended:
			return err
		}
		if at, ok := w.next(); ok {
			due.Reset(time.Until(at))
		}
	}
}

// read passes the events of a host on, each once.
func (r *reporter) read(ctx context.Context, h hosts.Host, since string) error {
	v := vigil{
		env: r.env, host: h, project: r.project, warn: r.warn,
		missing: "its events are missing until it answers again", back: "its events go on",
	}
	if !r.until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, r.until.Add(r.env.patience()), errOver)
		defer cancel()
	}
	var at bookmark
	err := v.keep(ctx, func(ctx context.Context, e Engine) (bool, error) {
		o := hosts.EventOptions{Label: ofProject(r.project), Since: since, Until: stamp(r.until)}
		err := e.Events(ctx, o, func(event hosts.ContainerEvent) {
			if at.isNew(event) && r.selects(event) {
				r.tell(ctx, Event{h.Name, event})
			}
		})
		since = stamp(at.reached(r.begun))
		return !r.until.IsZero() && err == nil && v.ask(ctx) == nil, err
	})
	if errors.Is(context.Cause(ctx), errOver) {
		return nil
	}
	return err
}

// errOver is why nobody waits any longer for a host that is away.
var errOver = errors.New("the time is over")

func (r *reporter) tell(ctx context.Context, e Event) {
	select {
	case r.news <- e:
	case <-ctx.Done():
	}
}

// bookmark is how far the events of a host were read.
type bookmark struct {
	at time.Time
	// seen are those of that very moment.
	seen []string
}

// reached is the time of the last event, or else where reading began.
func (b *bookmark) reached(begun time.Time) time.Time {
	if b.at.IsZero() {
		return begun
	}
	return b.at
}

// isNew moves the bookmark on.
func (b *bookmark) isNew(e hosts.ContainerEvent) bool {
	key := e.ID + " " + e.Action
	switch {
	case e.Time.Before(b.at), e.Time.Equal(b.at) && slices.Contains(b.seen, key):
		return false
	case e.Time.After(b.at):
		b.at, b.seen = e.Time, nil
	}
	b.seen = append(b.seen, key)
	return true
}
