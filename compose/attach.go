package compose

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// AttachOptions say whose output Attach passes on, and what ends it.
type AttachOptions struct {
	Project string
	// Services are those that keep Attach going, and whose end is told; none is all.
	Services []string
	// Silent are those of them whose output isn't passed on.
	Silent []string
	// Besides are services whose output is passed on, too, for as long as Attach goes on.
	Besides []string
	// Started are the names of the containers that were started just now, or are
	// about to be: their output is passed on from their start, that of others
	// from now on.
	Started []string
	// Settled is closed once those that were about to be started have been; nil
	// is now.
	Settled <-chan struct{}
	// Ending is closed once containers are stopped for good: until then one that
	// is stopped may be about to be started again. Nil is now.
	Ending <-chan struct{}
}

// Audience hears what attached containers do. Its methods are called by one
// goroutine at a time.
type Audience interface {
	// Attaching names the containers whose output follows, sorted; it is called once.
	Attaching(containers []string)
	// Line is a line of output.
	Line(LogRecord)
	// Exited tells that a container has ended.
	Exited(Exit)
	// Lost tells that a host is out of reach, and what runs on it with it; Regained
	// that it is there again, and its output goes on.
	Lost(host string, err error)
	Regained(host string)
}

// Exit is how an attached container ended.
type Exit struct {
	Service, Container string
	Code               int
	// Restarting tells that its engine will start it again.
	Restarting bool
}

// Attach follows the containers of a project on all hosts until none is left
// that runs, or ctx ends. It waits for a host that goes away, unless containers
// are stopped for good meanwhile, and goes on where its output was.
func Attach(ctx context.Context, env *Env, o AttachOptions, to Audience) error {
	ctx, cancel := context.WithCancel(ctx)
	a := &attachment{
		env: env, options: o, audience: to, news: make(chan tiding), live: map[string]*attached{}, past: map[string]time.Time{},
		begun: make(chan struct{}), away: map[string]bool{}, reaches: map[string]presence{},
	}
	defer a.work.Wait()
	defer cancel()
	a.listenAll(ctx)
	if err := a.begin(ctx); err != nil {
		return err
	}
	return a.follow(ctx)
}

// attachment is one call of Attach. Only the goroutine of follow touches live, away
// and reaches.
type attachment struct {
	env      *Env
	options  AttachOptions
	audience Audience
	// speaking serialises calls of the audience.
	speaking sync.Mutex
	// news is what the other goroutines have seen.
	news chan tiding
	// begun is closed once it was waited long enough for hosts to be heard.
	begun chan struct{}
	work  sync.WaitGroup
	// live are the containers that run, or will run again, by ID.
	live map[string]*attached
	// past are when containers ended of which that was told, by ID: a start before
	// that was read already, whenever it is heard of.
	past map[string]time.Time
	// away are the hosts that are out of reach, by name, true where that was told.
	away map[string]bool
	// reaches are the hosts that something is read on, by name.
	reaches map[string]presence
	// lingering has a value once no container was stopped for a while.
	lingering <-chan time.Time
}

// attached is one container.
type attached struct {
	host, id, name, service string
	silent                  bool
	// beside says that its end means nothing.
	beside bool
	// stopped says that somebody has told it to end.
	stopped bool
	// following says that a goroutine reads its log, asleep that it is still to
	// be started.
	following, asleep bool
	// broken says that its log was being read when its host went away, fromStart
	// that it was read from the start of a run.
	broken, fromStart bool
	// run is when the run began whose log was read last.
	run  time.Time
	ends ends
	// seen is when its last line was written, by its engine's clock; known says
	// that all it will write comes after that, if only after the zero time.
	seen  time.Time
	known bool
}

// tiding is one thing that a goroutine has seen: an event on a host, the end of a
// container's log, or of a host that it is back, or that it is lost.
type tiding struct {
	event *hosts.ContainerEvent
	host  hosts.Host
	// ended is the ID of a container whose log has ended, run is when that run
	// of it began, seen when its last line was written, and unread is why the
	// log could not be read.
	ended     string
	run, seen time.Time
	unread    error
	back      bool
	lost      error
}

// begin finds the containers that run, or have run since they were started.
func (a *attachment) begin(ctx context.Context) error {
	snapshot, err := Observe(ctx, a.env)
	if err != nil {
		return err
	}
	var names []string
	var resting []*attached
	for _, c := range snapshot.Project(a.options.Project) {
		started := slices.Contains(a.options.Started, c.Name)
		if !a.concerns(c) || !started && !alive(c.State) {
			continue
		}
		one := a.add(c)
		if !one.silent {
			names = append(names, one.name)
		}
		if one.asleep = started && a.options.Settled != nil && !alive(c.State); !one.asleep {
			a.read(ctx, one, started)
		} else {
			resting = append(resting, one)
		}
	}
	a.recall(ctx, resting)
	slices.Sort(names)
	a.audience.Attaching(names)
	return nil
}

func (a *attachment) concerns(c state.Container) bool {
	return !c.Oneoff() && (a.counts(c.Service()) || slices.Contains(a.options.Besides, c.Service()))
}

// counts tells whether Attach goes on for as long as a container of the service.
func (a *attachment) counts(service string) bool {
	return len(a.options.Services) == 0 || slices.Contains(a.options.Services, service)
}

func (a *attachment) add(c state.Container) *attached {
	one := &attached{
		host: c.Host, id: c.ID, service: c.Service(), name: Prefix(a.options.Project, c),
		silent: slices.Contains(a.options.Silent, c.Service()), beside: !a.counts(c.Service()),
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
	settled, ending := a.options.Settled, a.options.Ending
	for a.goesOn() || settled != nil || a.lingers() {
		select {
		case <-a.lingering:
			a.lingering = nil
		case <-ending:
			ending = nil
		case <-ctx.Done():
			return ctx.Err()
		case <-settled:
			settled = nil
			a.wake(ctx)
		case n := <-a.news:
			a.hear(ctx, n)
		}
	}
	return nil
}

// goesOn tells whether a container runs, or will, that is waited for.
func (a *attachment) goesOn() bool {
	for _, one := range a.live {
		if a.awaited(one) {
			return true
		}
	}
	return false
}

// lingers tells that a container was stopped a moment ago, and may be started again.
func (a *attachment) lingers() bool {
	return a.lingering != nil && !a.ending()
}

// wake reads what was started before this host's events could tell of it.
func (a *attachment) wake(ctx context.Context) {
	for _, one := range a.live {
		if one.asleep {
			one.asleep = false
			a.read(ctx, one, true)
		}
	}
}

// hear acts on one piece of news.
func (a *attachment) hear(ctx context.Context, n tiding) {
	switch {
	case n.lost != nil:
		a.lose(n.host, n.lost)
	case n.ended != "":
		a.logEnded(ctx, n)
	case n.back:
		a.regain(ctx, n.host)
	case n.event != nil:
		a.happened(ctx, n.host, *n.event)
	}
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
	engine, err := a.env.engineOf(one.host)
	if err != nil {
		return hosts.ContainerDetail{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, a.env.patience())
	defer cancel()
	return engine.InspectContainer(ctx, one.id)
}
