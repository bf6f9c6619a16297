package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/watcher"
)

// WatchOptions say what Watch watches, and who hears of it.
type WatchOptions struct {
	// Services whose files are watched; none is all.
	Services []string
	// Prune removes images that a rebuild has replaced.
	Prune bool
	// Tell receives what is done, a sentence at a time and from one goroutine at
	// a time.
	Tell func(sentence string)
	// Out and Err receive what commands of sync+exec write, from many goroutines
	// at once; nil discards.
	Out, Err io.Writer
}

// Builder builds images anew for Watch.
type Builder interface {
	// Build builds the images of services.
	Build(ctx context.Context, p *project.Project, services []string) error
}

// ErrNothingToWatch is that of projects without a develop section.
var ErrNothingToWatch = errors.New("none of the selected services is configured for watch, consider setting a 'develop' section")

// Changes of files come in swarms: an editor saves all, a branch is switched. A
// longer quiet costs each change that time, a shorter one cuts swarms in pieces.
const (
	watchQuiet = 300 * time.Millisecond
	// watchLongest is for files that never come to rest, such as logs.
	watchLongest = 3 * time.Second
)

// CheckWatch tells whether Watch can do what the files ask for, before anything
// is started.
func CheckWatch(env *Env, p *project.Project, services []string) error {
	silent := *env
	silent.Warn = nil // Watch warns
	_, err := newWatching(&silent, p, WatchOptions{Services: services})
	return err
}

// Watch brings changes of the project's files to its containers, on whatever
// hosts those run, until ctx ends, which is no error.
func Watch(ctx context.Context, env *Env, p *project.Project, o WatchOptions) error {
	w, err := newWatching(env, p, o)
	if err != nil {
		return err
	}
	source, err := watcher.Open(watcher.Options{Paths: w.paths(), Skip: w.skip, Quiet: watchQuiet, Longest: watchLongest})
	if err != nil {
		return err
	}
	defer source.Close()
	if err := w.initialSync(ctx); err != nil {
		return err
	}
	o.Tell("Watch enabled")
	err = source.Run(ctx, func(changed []string) { w.handle(ctx, changed) })
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// watching is one call of Watch.
type watching struct {
	env     *Env
	project *project.Project
	options WatchOptions
	rules   []*watchRule
	// mirrors are paths that other machines have copies of.
	mirrors []string
}

func newWatching(env *Env, p *project.Project, o WatchOptions) (*watching, error) {
	w := &watching{env: env, project: p, options: o, mirrors: mirrors(env, p, o.Services)}
	var err error
	if w.rules, err = watchRules(env, p, o.Services, len(w.mirrors) > 0); err != nil {
		return nil, err
	}
	if len(w.rules) == 0 && len(w.mirrors) == 0 {
		return nil, ErrNothingToWatch
	}
	return w, nil
}

func (w *watching) paths() []string {
	paths := slices.Clone(w.mirrors)
	for _, r := range w.rules {
		paths = append(paths, r.Path)
	}
	return paths
}

// skip tells folders that no rule wants anything of.
func (w *watching) skip(folder string) bool {
	if slices.ContainsFunc(w.mirrors, func(m string) bool { return watcher.Inside(m, folder) || watcher.Inside(folder, m) }) {
		return false
	}
	for _, r := range w.rules {
		if (watcher.Inside(r.Path, folder) || watcher.Inside(folder, r.Path)) && !r.ignoresAll(folder) {
			return false
		}
	}
	return true
}

// initialSync brings what there is to the containers, where a rule asks for it.
func (w *watching) initialSync(ctx context.Context) error {
	b := newWatchBatch()
	for _, r := range w.rules {
		if !r.initial() {
			continue
		}
		files, err := r.files(ctx)
		if err != nil {
			return fmt.Errorf("service %s: initial sync of %s: %w", r.service, r.Path, err)
		}
		b.synced[r.service] = append(b.synced[r.service], files...)
	}
	if len(b.synced) == 0 {
		return nil
	}
	_, err := w.syncAll(ctx, b)
	return err
}

// handle acts on a batch of changes. What fails is told, and watching goes on.
func (w *watching) handle(ctx context.Context, changed []string) {
	b := newWatchBatch()
	for _, path := range changed {
		for _, r := range w.rules {
			b.add(r, path)
		}
	}
	if len(changed) > manyChanges {
		w.options.Tell("Large batch of file changes detected. If you just switched branches, this is expected.")
	}
	err := errors.Join(w.mirror(ctx, changed), w.act(ctx, b))
	if err != nil && ctx.Err() == nil {
		w.env.warn([]string{"Error handling changed files: " + err.Error()})
	}
}

// manyChanges is what is worth a word.
const manyChanges = 1000
