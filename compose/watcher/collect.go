package watcher

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/fsnotify/fsnotify"
)

// gathering is what changed since it was told last.
type gathering struct {
	// first is when the first change came, zero where there was none.
	first time.Time
	// batch is what is told as soon as somebody listens.
	batch []string
}

// collect gathers what the system tells into batches.
func (w *Watcher) collect(ctx context.Context, batches chan<- []string) error {
	quiet := time.NewTimer(w.options.Quiet)
	defer quiet.Stop()
	var g gathering
	for {
		ready := batches
		if g.batch == nil {
			ready = nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e := <-w.source.Events:
			w.happened(e)
			w.gather(&g)
			quiet.Reset(w.options.Quiet)
		case err := <-w.source.Errors:
			if err := w.lost(err); err != nil {
				return err
			}
			quiet.Reset(w.options.Quiet)
		case <-quiet.C:
			w.due(&g)
		case ready <- g.batch:
			g = gathering{}
			w.gather(&g)
			quiet.Reset(w.options.Quiet) // for what has changed meanwhile
		}
	}
}

// gather notes when changes began, and that they have been kept long enough.
func (w *Watcher) gather(g *gathering) {
	if g.first.IsZero() && len(w.changed) > 0 {
		g.first = time.Now()
	}
	if !g.first.IsZero() && time.Since(g.first) >= w.options.Longest {
		w.due(g)
	}
}

func (w *Watcher) due(g *gathering) {
	if g.batch == nil && len(w.changed) > 0 {
		g.batch = slices.Sorted(maps.Keys(w.changed))
		clear(w.changed)
	}
}

// happened takes in an event.
func (w *Watcher) happened(e fsnotify.Event) {
	if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
		w.forget(e.Name)
		if w.wanted(e.Name) {
			w.changed[e.Name] = true
		}
		return
	}
	info, err := os.Lstat(e.Name)
	switch {
	case err != nil:
		w.note(e.Name, true) // it has gone again: whoever asks will see
	case info.IsDir():
		if e.Has(fsnotify.Create) {
			_ = w.explore(e.Name) // what can't be watched now may be later
		}
	default:
		w.note(e.Name, true)
	}
}

// forget drops what was known in a folder that has gone. Of one that was only
// moved the system would go on to tell under its old name.
func (w *Watcher) forget(path string) {
	delete(w.known, path)
	watched := w.source.WatchList()
	if !slices.Contains(watched, path) {
		return
	}
	for _, folder := range watched {
		if Inside(path, folder) {
			_ = w.source.Remove(folder)
		}
	}
	maps.DeleteFunc(w.known, func(file string, _ bool) bool { return Inside(path, file) })
}

// lost looks at everything where the system has lost count of what changed.
func (w *Watcher) lost(err error) error {
	if !errors.Is(err, fsnotify.ErrEventOverflow) {
		return fmt.Errorf("watch files: %w", err)
	}
	before := maps.Clone(w.known)
	clear(w.known)
	for _, path := range w.options.Paths {
		if err := w.explore(nearest(path)); err != nil {
			return err
		}
	}
	for path := range before {
		if !w.known[path] {
			w.changed[path] = true
		}
	}
	return nil
}
