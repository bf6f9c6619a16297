package driver

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Withhold keeps the containers of this host that bear a name, also one that
// has yet to come, from being found by any of theirs, for a while; 0 ends it. Who
// knows the address still reaches them. It ends by itself, for who asked for it
// may have died. An error means that other hosts may not know yet.
func (d *Driver) Withhold(ctx context.Context, name string, atMost time.Duration) error {
	d.withheld.set(name, atMost)
	return d.Publish(ctx)
}

// withheld are names whose bearers aren't to be found, and until when.
type withheld struct {
	mu    sync.Mutex
	until map[string]time.Time
}

func (w *withheld) set(name string, atMost time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.until == nil {
		w.until = map[string]time.Time{}
	}
	now := time.Now()
	w.until[name] = now.Add(atMost)
	for other, end := range w.until {
		if !end.After(now) {
			delete(w.until, other)
		}
	}
}

// has tells whether one of the names is withheld.
func (w *withheld) has(names []string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	return len(w.until) > 0 && slices.ContainsFunc(names, func(n string) bool { return w.until[n].After(now) })
}
