package compose

import (
	"context"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// followers are the containers that are followed.
type followers struct {
	logs *logs
	ctx  context.Context
	news chan progress
	// opened is closed when what was written so far has been told. Until then
	// starts are kept in early.
	opened chan struct{}

	mutex sync.Mutex
	known map[string]*follower
	open  bool
	early []start
}

// start is a container that was started on a host.
type start struct {
	host      *logHost
	container state.Container
}

// progress is what a follower tells the one that puts lines in order: a line, or
// that its container began to run (1) or stopped (-1).
type progress struct {
	line    *LogRecord
	at      time.Time
	running int
}

// begin follows the containers whose logs were told, and those that started meanwhile.
func (f *followers) begin(told []state.Container, places map[string]*resume) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, c := range told {
		f.add(f.logs.hosts[c.Host], c, places[place(c)])
	}
	f.open = true
	close(f.opened)
	for _, s := range f.early {
		f.restart(s.host, s.container)
	}
	f.early = nil
}

// started tells of a container's start.
func (f *followers) started(h *logHost, c state.Container) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.open {
		f.restart(h, c)
		return
	}
	f.early = append(f.early, start{h, c})
}

// restart follows the container anew; mutex is held.
func (f *followers) restart(h *logHost, c state.Container) {
	w := f.known[place(c)]
	if w == nil {
		f.add(h, c, &resume{})
		return
	}
	select {
	case w.start <- struct{}{}:
	default:
	}
}

// add follows a container; mutex is held.
func (f *followers) add(h *logHost, c state.Container, from *resume) {
	w := &follower{
		followers: f, container: c, host: h, resume: from,
		start: make(chan struct{}, 1), reading: alive(c.State), stopped: !alive(c.State),
	}
	f.known[place(c)] = w
	if alive(c.State) {
		w.start <- struct{}{}
	}
	h.followers.Add(1)
	f.logs.running.Go(func() {
		defer h.followers.Done()
		w.run()
	})
}

// take goes on with the containers that were followed on the host before it was
// away. Each is read once at least, for what it wrote until it stopped.
func (f *followers) take(h *logHost) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, w := range f.known {
		if w.host.name == h.name && w.host != h {
			w.container.State = hosts.Running
			f.add(h, w.container, w.resume)
		}
	}
}

// runsOn tells whether containers run on a host, for all that is known.
func (f *followers) runsOn(host string) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, w := range f.known {
		if w.host.name == host && !w.stopped {
			return true
		}
	}
	return false
}

// follows tells whether the container's log is being read.
func (f *followers) follows(c state.Container) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	w := f.known[place(c)]
	return w != nil && w.reading
}

// tell is false where nobody listens any more.
func (f *followers) tell(n progress) bool {
	select {
	case f.news <- n:
		return true
	case <-f.ctx.Done():
		return false
	}
}

// remove forgets a container that was removed.
func (f *followers) remove(c state.Container) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	delete(f.known, place(c))
}

// place is what a container is known by in the pool.
func place(c state.Container) string { return c.Host + "/" + c.ID }
