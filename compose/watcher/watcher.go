// Package watcher tells which files of this machine change.
package watcher

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"
)

// Options say what is watched.
type Options struct {
	// Paths are absolute: files, and folders with all that is in them. One that
	// isn't there yet is watched for.
	Paths []string
	// Skip tells folders that nobody wants to know of, and what is in them; may be nil.
	Skip func(folder string) bool
	// Quiet is how long nothing may have changed before changes are told, and
	// Longest how long they may be kept where that never comes.
	Quiet, Longest time.Duration
}

// Watcher watches paths.
type Watcher struct {
	options Options
	source  *fsnotify.Watcher
	// known are the files that were seen, for the moment at which the system
	// loses count of what changes.
	known map[string]bool
	// changed are the paths that weren't told yet.
	changed map[string]bool
}

// Open begins to watch. An error tells what to do where the system allows no
// more folders to be watched.
func Open(o Options) (*Watcher, error) {
	source, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, tooMany(err)
	}
	w := &Watcher{options: o, source: source, known: map[string]bool{}, changed: map[string]bool{}}
	for _, path := range o.Paths {
		if err := w.explore(nearest(path)); err != nil {
			return nil, errors.Join(err, source.Close())
		}
	}
	clear(w.changed)
	return w, nil
}

// Close ends watching.
func (w *Watcher) Close() error { return w.source.Close() }

// nearest is the path or, where there is nothing, the nearest folder above it;
// of a file it is the folder, because editors put a new file in its place.
func nearest(path string) string {
	for {
		info, err := os.Stat(path)
		if err == nil && info.IsDir() {
			return path
		}
		above := filepath.Dir(path)
		if above == path {
			return path
		}
		path = above
	}
}

// explore watches a folder and those in it, as far as somebody wants to know,
// and notes all files in them as changed.
func (w *Watcher) explore(folder string) error {
	return filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission):
			return fs.SkipDir // nobody can see what changes there
		case errors.Is(err, fs.ErrNotExist):
			return nil // it went meanwhile
		case err != nil:
			return err
		case !d.IsDir():
			w.note(path, true)
			return nil
		case !w.wanted(path) && !w.leads(path) || w.options.Skip != nil && w.options.Skip(path):
			return fs.SkipDir
		}
		w.note(path, false)
		return w.add(path)
	})
}

func (w *Watcher) add(folder string) error {
	err := w.source.Add(folder)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("watch %s: %w", folder, tooMany(err))
	}
	return nil
}

// note keeps a change, unless it is that of a folder that is watched as a whole.
func (w *Watcher) note(path string, file bool) {
	if !w.wanted(path) {
		return
	}
	if file {
		w.known[path] = true
	}
	if file || !w.root(path) {
		w.changed[path] = true
	}
}

func (w *Watcher) root(path string) bool {
	for _, root := range w.options.Paths {
		if root == path {
			return true
		}
	}
	return false
}

// wanted tells paths that are watched or lie in one.
func (w *Watcher) wanted(path string) bool {
	for _, root := range w.options.Paths {
		if Inside(root, path) {
			return true
		}
	}
	return false
}

// leads tells folders above a path that is watched.
func (w *Watcher) leads(folder string) bool {
	for _, root := range w.options.Paths {
		if Inside(folder, root) {
			return true
		}
	}
	return false
}

// Inside tells whether path is folder or lies in it. Both are clean.
func Inside(folder, path string) bool {
	return path == folder || strings.HasPrefix(path, strings.TrimSuffix(folder, string(filepath.Separator))+string(filepath.Separator))
}

// Run hands on the paths that changed, sorted, each time nothing has for the
// quiet time, until ctx ends. The watcher goes on while each is at work; what
// changes meanwhile is told next. Of a folder that was removed only it itself
// is told, of one that is new all that is in it.
func (w *Watcher) Run(ctx context.Context, each func(changed []string)) error {
	batches := make(chan []string)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for b := range batches {
			each(b)
		}
	}()
	err := w.collect(ctx, batches)
	close(batches)
	<-done
	return err
}
