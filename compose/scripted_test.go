package compose

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// scripted is an engine whose containers write what a test tells them to.
type scripted struct {
	Engine // whatever else is called panics
	host   hosts.Host

	mutex      sync.Mutex
	containers []hosts.Container
	lines      map[string][]hosts.LogLine
	listeners  []func(hosts.ContainerEvent)
	// changed is closed, and replaced, on each change.
	changed chan struct{}
	// down refuses all calls and breaks those under way; hung never answers.
	down, hung bool
	// cut is the number of times that streams were broken, deaf that events were.
	cut, deaf int
	// unreadable is the error of logs whose driver keeps none.
	unreadable error
	// read counts the lines that were handed out, asked the requests.
	read, asked int
	// latency is what each request takes.
	latency time.Duration
}

func newScripted(name string) *scripted {
	return &scripted{
		host:    hosts.Host{Name: name, Address: "192.0.2.1", Status: hosts.Status{Ready: true}},
		lines:   map[string][]hosts.LogLine{},
		changed: make(chan struct{}),
	}
}

// change runs f and wakes whoever waits for a change.
func (e *scripted) change(f func()) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	f()
	close(e.changed)
	e.changed = make(chan struct{})
}

// runs adds a container of project shop that runs.
func (e *scripted) runs(service string, number int) string {
	id := fmt.Sprintf("%s-%s-%d", e.host.Name, service, number)
	e.change(func() {
		e.containers = append(e.containers, hosts.Container{
			ID: id, Name: fmt.Sprintf("shop-%s-%d", service, number), State: hosts.Running,
			Labels: map[string]string{
				hosts.LabelProject: "shop", hosts.LabelService: service, hosts.LabelOneoff: "False",
				hosts.LabelContainerNumber: strconv.Itoa(number),
			},
		})
	})
	return id
}

func (e *scripted) container(id string) *hosts.Container {
	i := slices.IndexFunc(e.containers, func(c hosts.Container) bool { return c.ID == id })
	if i < 0 {
		return nil
	}
	return &e.containers[i]
}

// edit changes a container.
func (e *scripted) edit(id string, f func(*hosts.Container)) {
	e.change(func() { f(e.container(id)) })
}

func (e *scripted) stop(id string) {
	e.edit(id, func(c *hosts.Container) { c.State = hosts.Exited })
}

// start starts a container and tells those who listen.
func (e *scripted) start(id string) {
	e.edit(id, func(c *hosts.Container) { c.State = hosts.Running })
	e.mutex.Lock()
	c, listeners := *e.container(id), slices.Clone(e.listeners)
	e.mutex.Unlock()
	for _, tell := range listeners {
		tell(hosts.ContainerEvent{Time: time.Now(), ID: id, Name: c.Name, Labels: c.Labels, Action: "start"})
	}
}

// write appends a line to a container's log.
func (e *scripted) write(id, text string, at time.Time) {
	e.change(func() { e.lines[id] = append(e.lines[id], hosts.LogLine{Time: at, Text: []byte(text)}) })
}

func (e *scripted) unreachable() error {
	return &hosts.Error{Host: e.host.Name, Op: "call", Err: fmt.Errorf("%w: connection refused", hosts.ErrUnreachable)}
}

// answer is nil where the engine answers.
func (e *scripted) answer(ctx context.Context) error {
	time.Sleep(e.latency)
	e.mutex.Lock()
	e.asked++
	defer e.mutex.Unlock()
	if e.hung {
		e.mutex.Unlock()
		<-ctx.Done()
		e.mutex.Lock()
		return ctx.Err()
	}
	if e.down {
		return e.unreachable()
	}
	return nil
}

func (e *scripted) Observe(ctx context.Context) (hosts.Observation, error) {
	if err := e.answer(ctx); err != nil {
		return hosts.Observation{}, err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return hosts.Observation{Host: e.host, Containers: slices.Clone(e.containers)}, nil
}

func (e *scripted) ObserveContainers(ctx context.Context, f hosts.ContainerFilter) (hosts.Observation, error) {
	o, err := e.Observe(ctx)
	o.Containers = slices.DeleteFunc(o.Containers, func(c hosts.Container) bool { return !f.All && !alive(c.State) })
	return o, err
}

func (e *scripted) InspectContainer(ctx context.Context, id string) (hosts.ContainerDetail, error) {
	if err := e.answer(ctx); err != nil {
		return hosts.ContainerDetail{}, err
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	c := e.container(id)
	if c == nil {
		return hosts.ContainerDetail{}, hosts.ErrNotFound
	}
	return hosts.ContainerDetail{Container: *c}, nil
}

func (e *scripted) Events(ctx context.Context, _ hosts.EventOptions, each func(hosts.ContainerEvent)) error {
	e.mutex.Lock()
	e.listeners = append(e.listeners, each)
	deaf := e.deaf
	e.mutex.Unlock()
	for {
		e.mutex.Lock()
		changed, down, ended := e.changed, e.down, e.deaf != deaf
		e.mutex.Unlock()
		switch {
		case down:
			return e.unreachable()
		case ended:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// Logs reads as an engine does: since is inclusive, a stopped container's log
// ends, and an engine that dies ends it too.
func (e *scripted) Logs(ctx context.Context, id string, o hosts.LogOptions, line func(hosts.LogLine)) error {
	if err := e.answer(ctx); err != nil {
		return err
	}
	e.mutex.Lock()
	cut, next, unreadable := e.cut, e.from(id, o), e.unreadable
	e.mutex.Unlock()
	if unreadable != nil {
		return unreadable
	}
	for {
		e.mutex.Lock()
		fresh, changed := e.lines[id][next:], e.changed
		broken := e.cut != cut
		c := e.container(id)
		stopped := c != nil && c.State != hosts.Running
		e.mutex.Unlock()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case c == nil:
			return hosts.ErrNotFound
		case broken:
			return nil
		}
		for _, l := range fresh {
			if next++; !since(l, o) {
				continue
			}
			e.mutex.Lock()
			e.read++
			e.mutex.Unlock()
			line(l)
		}
		if !o.Follow || stopped {
			return nil
		}
		if len(fresh) > 0 {
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func since(l hosts.LogLine, o hosts.LogOptions) bool {
	at, err := time.Parse(time.RFC3339Nano, o.Since)
	return err != nil || !l.Time.Before(at)
}

// from is the first line that the tail asks for.
func (e *scripted) from(id string, o hosts.LogOptions) int {
	n, err := strconv.Atoi(o.Tail)
	if err != nil {
		return 0
	}
	return max(0, len(e.lines[id])-n)
}

// told collects what a use case tells.
type told struct {
	mutex    sync.Mutex
	records  []LogRecord
	warnings []string
}

func (t *told) out(r LogRecord) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.records = append(t.records, r)
}

func (t *told) warn(s string) {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	t.warnings = append(t.warnings, s)
}

// lines are what was told, as "web-1 text".
func (t *told) lines() []string {
	t.mutex.Lock()
	defer t.mutex.Unlock()
	var all []string
	for _, r := range t.records {
		all = append(all, r.Container+" "+r.Text)
	}
	return all
}

// pool is an Env over scripted engines.
func (t *told) pool(engines ...*scripted) *Env {
	env := &Env{Warn: t.warn, Timeout: 5 * time.Second}
	byName := map[string]*scripted{}
	for _, e := range engines {
		env.Pool = append(env.Pool, hosts.Host{Name: e.host.Name})
		byName[e.host.Name] = e
	}
	env.Connect = func(h hosts.Host) (Engine, error) { return byName[h.Name], nil }
	return env
}
