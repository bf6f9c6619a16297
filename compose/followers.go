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

	mutex sync.Mutex
	known map[string]*follower
	// open tells that what was written so far has been told. Until then starts
	// are kept in early.
	open  bool
	early []containerStart
}

// containerStart is a start of a container, and when it was by the clock of its host.
type containerStart struct {
	container state.Container
	at        time.Time
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
		f.add(c, places[place(c)], f.logs.engineOptions())
	}
	f.open = true
	for _, s := range f.early {
		f.restart(s)
	}
	f.early = nil
}

// started tells of a container's start.
func (f *followers) started(s containerStart) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.open {
		f.restart(s)
		return
	}
	f.early = append(f.early, s)
}

// restart follows the container anew; mutex is held.
func (f *followers) restart(s containerStart) {
	w := f.known[place(s.container)]
	if w == nil {
		o := f.logs.engineOptions()
		o.Tail = "all" // of a container that is new, nothing is old
		f.add(s.container, &resume{}, o)
		return
	}
	select {
	case w.start <- s.at:
	default:
	}
}

// add follows a container; mutex is held.
func (f *followers) add(c state.Container, from *resume, o hosts.LogOptions) {
	w := &follower{
		followers: f, container: c, host: f.logs.hosts[c.Host], resume: from, options: o,
		start: make(chan time.Time, 1),
	}
	f.known[place(c)] = w
	if alive(c.State) {
		w.start <- time.Time{}
	}
	f.logs.running.Go(w.run)
}

// remove forgets a container that was removed.
func (f *followers) remove(c state.Container) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	delete(f.known, place(c))
}

// place is what a container is known by in the pool.
func place(c state.Container) string { return c.Host + "/" + c.ID }
