package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// AttachOptions say whose output Attach passes on, and what ends it.
type AttachOptions struct {
	Project string
	// Services are those that keep Attach going; none is all.
	Services []string
	// Silent are services of which only the end is told.
	Silent []string
	// Started are the names of the containers that were started just now: their
	// output is passed on from their start, that of others from now on.
	Started []string
}

// Audience hears what attached containers do. Its methods are called by one
// goroutine at a time.
type Audience interface {
	// Attaching names the containers whose output follows, sorted.
	Attaching(containers []string)
	// Line is a line of output.
	Line(LogRecord)
	// Exited tells that a container has ended.
	Exited(Exit)
	// Lost tells that a host is out of reach, and what runs on it with it.
	Lost(host string, err error)
}

// Exit is how an attached container ended.
type Exit struct {
	Service, Container string
	Code               int
	// Restarting tells that its engine will start it again.
	Restarting bool
}

// Attach follows the containers of a project on all hosts until none is left
// that runs, or ctx ends.
func Attach(ctx context.Context, env *Env, o AttachOptions, to Audience) error {
	ctx, cancel := context.WithCancel(ctx)
	a := &attachment{env: env, options: o, audience: to, news: make(chan tiding), live: map[string]*attached{}}
	defer a.work.Wait()
	defer cancel()
	for _, h := range env.Pool {
		a.work.Go(func() { a.listen(ctx, h) })
	}
	if err := a.begin(ctx); err != nil {
		return err
	}
	return a.follow(ctx)
}

// attachment is one call of Attach. Only the goroutine of follow touches live.
type attachment struct {
	env      *Env
	options  AttachOptions
	audience Audience
	// speaking serialises calls of the audience.
	speaking sync.Mutex
	// news is what the other goroutines have seen.
	news chan tiding
	work sync.WaitGroup
	// live are the containers that run, or will run again, by ID.
	live map[string]*attached
}

// attached is one container.
type attached struct {
	host, id, name, service string
	silent                  bool
	// following says that a goroutine reads its log.
	following bool
	// run is when the run began whose log was read last, code how the last run
	// ended of whose end an event told.
	run  time.Time
	code int
	// seen is when its last line was written, by its engine's clock.
	seen time.Time
}

// tiding is one thing that a goroutine has seen: an event on a host, the end of a
// container's log, or, with lost, the end of a host.
type tiding struct {
	event *hosts.ContainerEvent
	host  hosts.Host
	// ended is the ID of a container whose log has ended, run is when that run
	// of it began, seen when its last line was written, and unread is why the
	// log could not be read.
	ended     string
	run, seen time.Time
	unread    error
	lost      error
}

// begin finds the containers that run, or have run since they were started.
func (a *attachment) begin(ctx context.Context) error {
	snapshot, err := Observe(ctx, a.env)
	if err != nil {
		return err
	}
	var names []string
	for _, c := range snapshot.Project(a.options.Project) {
		started := slices.Contains(a.options.Started, c.Name)
		if !a.concerns(c) || !started && !alive(c.State) {
			continue
		}
		one := a.add(c)
		if !one.silent {
			names = append(names, one.name)
		}
		a.read(ctx, one, started)
	}
	slices.Sort(names)
	a.audience.Attaching(names)
	return nil
}

func (a *attachment) concerns(c state.Container) bool {
	return !c.Oneoff() && (len(a.options.Services) == 0 || slices.Contains(a.options.Services, c.Service()))
}

func (a *attachment) add(c state.Container) *attached {
	one := &attached{
		host: c.Host, id: c.ID, service: c.Service(), name: Prefix(a.options.Project, c),
		silent: slices.Contains(a.options.Silent, c.Service()),
	}
	a.live[c.ID] = one
	return one
}

// Prefix is what a container's lines begin with: its name without the
// project's, where it has the name of its service and number.
func Prefix(project string, c state.Container) string {
	return (&logs{project: project}).prefix(c)
}

// follow acts on the news until there is nothing left to hear of.
func (a *attachment) follow(ctx context.Context) error {
	for len(a.live) > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case n := <-a.news:
			a.hear(ctx, n)
		}
	}
	return nil
}

// hear acts on one piece of news.
func (a *attachment) hear(ctx context.Context, n tiding) {
	switch {
	case n.lost != nil:
		a.lose(n.host, n.lost)
	case n.ended != "":
		a.logEnded(ctx, n)
	case n.event != nil:
		a.happened(ctx, n.host, *n.event)
	}
}

// happened acts on an event of a container. The end of one whose log is read is
// left to the end of the log, which comes after its last line.
func (a *attachment) happened(ctx context.Context, h hosts.Host, e hosts.ContainerEvent) {
	one := a.live[e.ID]
	switch e.Action {
	case "start":
		c := state.Container{Host: h.Name, Container: hosts.Container{ID: e.ID, Name: e.Name, Labels: e.Labels}}
		if one == nil && a.concerns(c) {
			one = a.add(c)
		}
		if one != nil {
			a.read(ctx, one, true)
		}
	case "die", "destroy":
		if one == nil {
			return
		}
		if e.Action == "die" {
			one.code = e.ExitCode
		}
		if !one.following {
			a.end(ctx, one)
		}
	}
}

// logEnded finds out what the end of a log means.
func (a *attachment) logEnded(ctx context.Context, n tiding) {
	one := a.live[n.ended]
	if one == nil {
		return
	}
	one.following, one.run = false, n.run
	if n.seen.After(one.seen) {
		one.seen = n.seen
	}
	if n.unread != nil && !errors.Is(n.unread, hosts.ErrNotFound) && !errors.Is(n.unread, hosts.ErrUnreachable) {
		one.silent = true
		a.env.warn([]string{fmt.Sprintf("the output of %s can't be shown: %v", one.name, n.unread)})
	}
	a.end(ctx, one)
}

// end asks how a container ended, if it did.
func (a *attachment) end(ctx context.Context, one *attached) {
	detail, err := a.inspect(ctx, one)
	switch {
	case errors.Is(err, hosts.ErrUnreachable) || ctx.Err() != nil:
		return // the host's own tiding tells
	case err == nil && alive(detail.State) && detail.State != hosts.Restarting:
		a.resume(ctx, one, detail)
		return
	}
	exit := Exit{one.service, one.name, detail.ExitCode, detail.State == hosts.Restarting}
	if !exit.Restarting {
		delete(a.live, one.id)
	}
	a.speak(func() { a.audience.Exited(exit) })
}

// resume reads on where a container runs again. A log that ended by itself is
// left alone, because it would end again at once.
func (a *attachment) resume(ctx context.Context, one *attached, detail hosts.ContainerDetail) {
	if !detail.StartedAt.After(one.run) {
		one.silent = true
		return
	}
	a.speak(func() { a.audience.Exited(Exit{one.service, one.name, one.code, true}) })
	a.read(ctx, one, true)
}

// lose gives up what runs on a host.
func (a *attachment) lose(h hosts.Host, err error) {
	found := false
	for id, one := range a.live {
		if one.host == h.Name {
			delete(a.live, id)
			found = true
		}
	}
	if found {
		a.speak(func() { a.audience.Lost(h.Name, err) })
	}
}

// read follows a container's log, from its start or from now on. Of a silent
// one it only finds out whether it has ended already.
func (a *attachment) read(ctx context.Context, one *attached, fromStart bool) {
	if one.following {
		return
	}
	follow, seen := !one.silent, one.seen
	one.following = follow
	a.work.Go(func() {
		detail, err := a.inspect(ctx, one)
		switch {
		case err == nil && follow:
			seen, err = a.copyLog(ctx, one, logFrom(detail, fromStart, seen))
		case err == nil && alive(detail.State):
			return // its events tell
		}
		a.tell(ctx, tiding{ended: one.id, run: detail.StartedAt, seen: seen, unread: err})
	})
}

// logFrom asks for the lines of the run that goes on, or for those that come.
// An engine notes the start of a run when its first lines may be written
// already, so that the start itself would lose them.
func logFrom(detail hosts.ContainerDetail, fromStart bool, seen time.Time) hosts.LogOptions {
	o := hosts.LogOptions{Follow: true}
	switch {
	case !fromStart:
		o.Tail = "0"
	case !seen.IsZero():
		o.Since = moment(seen.Add(time.Nanosecond))
	case detail.FinishedAt.After(detail.StartedAt):
		o.Since = moment(detail.StartedAt.Add(-time.Second)) // it has ended meanwhile
	case detail.FinishedAt.Unix() > 0:
		o.Since = moment(detail.FinishedAt) // of the run before
	}
	return o
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// copyLog passes a log on until it ends, and returns when its last line was written.
func (a *attachment) copyLog(ctx context.Context, one *attached, o hosts.LogOptions) (seen time.Time, err error) {
	engine, err := a.engine(one.host)
	if err != nil {
		return seen, err
	}
	err = engine.Logs(ctx, one.id, o, func(l hosts.LogLine) {
		seen = l.Time
		a.speak(func() {
			a.audience.Line(LogRecord{
				Host: one.host, Service: one.service, Container: one.name, ID: one.id,
				Stderr: l.Stderr, Time: l.Time, Text: string(l.Text), Partial: l.Partial,
			})
		})
	})
	return seen, err
}

// listen passes on the events of a host until ctx ends or the host is out of reach.
func (a *attachment) listen(ctx context.Context, h hosts.Host) {
	engine, err := a.env.Connect(h)
	if err == nil {
		err = engine.Events(ctx, hosts.EventOptions{Label: hosts.LabelProject + "=" + a.options.Project}, func(e hosts.ContainerEvent) {
			a.tell(ctx, tiding{event: &e, host: h})
		})
	}
	if err == nil {
		err = fmt.Errorf("the engine has ended")
	}
	a.tell(ctx, tiding{lost: err, host: h})
}

func (a *attachment) tell(ctx context.Context, n tiding) {
	select {
	case a.news <- n:
	case <-ctx.Done():
	}
}

func (a *attachment) speak(say func()) {
	a.speaking.Lock()
	defer a.speaking.Unlock()
	say()
}

func (a *attachment) inspect(ctx context.Context, one *attached) (hosts.ContainerDetail, error) {
	engine, err := a.engine(one.host)
	if err != nil {
		return hosts.ContainerDetail{}, err
	}
	return engine.InspectContainer(ctx, one.id)
}

func (a *attachment) engine(host string) (Engine, error) {
	i := slices.IndexFunc(a.env.Pool, func(h hosts.Host) bool { return h.Name == host })
	if i < 0 {
		return nil, fmt.Errorf("host %s: %w", host, hosts.ErrNotFound)
	}
	return a.env.Connect(a.env.Pool[i])
}
