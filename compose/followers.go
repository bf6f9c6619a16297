package compose

import (
	"context"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
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
	early []state.Container
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
		f.add(c, places[place(c)])
	}
	f.open = true
	for _, c := range f.early {
		f.restart(c)
	}
	f.early = nil
}

// started tells of a container's start.
func (f *followers) started(c state.Container) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.open {
		f.restart(c)
		return
	}
	f.early = append(f.early, c)
}

// restart follows the container anew; mutex is held.
func (f *followers) restart(c state.Container) {
	w := f.known[place(c)]
	if w == nil {
		f.add(c, &resume{})
		return
	}
	select {
	case w.start <- struct{}{}:
	default:
	}
}

// add follows a container; mutex is held.
func (f *followers) add(c state.Container, from *resume) {
	w := &follower{
		followers: f, container: c, host: f.logs.hosts[c.Host], resume: from,
		start: make(chan struct{}, 1), reading: alive(c.State),
	}
	f.known[place(c)] = w
	if alive(c.State) {
		w.start <- struct{}{}
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
