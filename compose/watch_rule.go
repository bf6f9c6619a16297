package compose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/watcher"
)

// watchRule is one entry of a service's develop.watch.
type watchRule struct {
	types.Trigger
	service string
	// include has to match where it isn't nil; ignores must not.
	include *patterns
	ignores []*patterns
	// mounted are paths that the containers have by bind mounts already.
	mounted []string
	// unsent are patterns of files that no initial sync sends.
	unsent *patterns
}

// fileMapping is a path of this machine, and the one that it is in containers.
type fileMapping struct{ from, to string }

// watchRules are those of the services, or an error where there is one that
// can't be followed. What is mounted needs none; mirrored says that each host has
// it as it is here.
func watchRules(env *Env, p *project.Project, services []string, mirrored bool) ([]*watchRule, error) {
	var rules []*watchRule
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		if s.Develop == nil || len(services) > 0 && !slices.Contains(services, name) {
			continue
		}
		for _, trigger := range s.Develop.Watch {
			if err := canFollow(env, s, trigger); err != nil {
				return nil, err
			}
			r, err := newWatchRule(s, trigger)
			if err != nil {
				return nil, fmt.Errorf("service %s: develop.watch of %s: %w", name, trigger.Path, err)
			}
			switch {
			case !r.mounts():
				rules = append(rules, r)
			case !mirrored:
				env.warn([]string{fmt.Sprintf("path '%s' also declared by a bind mount volume, this path won't be monitored!", trigger.Path)})
			}
		}
	}
	return rules, nil
}

// canFollow refuses what can't be done.
func canFollow(env *Env, s types.ServiceConfig, t types.Trigger) error {
	switch {
	case t.Action != types.WatchActionRebuild:
		return nil
	case s.Build == nil:
		return fmt.Errorf("can't watch service %q with action %s without a build context", s.Name, t.Action)
	case env.Builder == nil:
		return fmt.Errorf("can't watch service %q with action %s for %s: this version builds no images; "+
			"use sync, restart or sync+restart, or leave the service out", s.Name, t.Action, t.Path)
	}
	return nil
}

func newWatchRule(s types.ServiceConfig, t types.Trigger) (*watchRule, error) {
	t.Path = filepath.Clean(t.Path)
	r := &watchRule{Trigger: t, service: s.Name}
	ignore, err := newPatterns(t.Path, t.Ignore)
	if err != nil {
		return nil, fmt.Errorf("ignore: %w", err)
	}
	r.ignores = append(r.ignores, ignore, passingFiles(t.Path))
	if len(t.Include) > 0 {
		if r.include, err = newPatterns(t.Path, t.Include); err != nil {
			return nil, fmt.Errorf("include: %w", err)
		}
	}
	if s.Build != nil {
		ignored, err := dockerignore(*s.Build)
		if err != nil {
			return nil, err
		}
		r.ignores = append(r.ignores, ignored)
	}
	for _, v := range s.Volumes {
		if v.Type == types.VolumeTypeBind {
			r.mounted = append(r.mounted, filepath.Clean(v.Source))
		}
	}
	r.unsent, err = newPatterns(t.Path, projectFiles(s))
	return r, err
}

// projectFiles are patterns of files that describe the project.
func projectFiles(s types.ServiceConfig) []string {
	names := append(slices.Clone(cli.DefaultFileNames), cli.DefaultOverrideFileNames...)
	names = append(names, "Dockerfile")
	if s.Build != nil && s.Build.Dockerfile != "" {
		names = append(names, filepath.Base(s.Build.Dockerfile))
	}
	return names
}

// syncs tells the rules that bring files to containers.
func (r *watchRule) syncs() bool {
	return r.Action == types.WatchActionSync || r.Action == types.WatchActionSyncRestart || r.Action == types.WatchActionSyncExec
}

// restarts tells the rules that restart containers.
func (r *watchRule) restarts() bool {
	return r.Action == types.WatchActionRestart || r.Action == types.WatchActionSyncRestart
}

func (r *watchRule) initial() bool {
	return r.InitialSync && (r.Action == types.WatchActionSync || r.Action == types.WatchActionSyncRestart)
}

// mounts tells that containers see changes without our help.
func (r *watchRule) mounts() bool {
	return (r.Action == types.WatchActionSync || r.Action == types.WatchActionSyncRestart) && r.isMounted(r.Path)
}

func (r *watchRule) isMounted(file string) bool {
	return slices.ContainsFunc(r.mounted, func(folder string) bool { return watcher.Inside(folder, file) })
}

// match tells whether the rule is about a path, and where that is in containers.
func (r *watchRule) match(file string) (fileMapping, bool) {
	if !watcher.Inside(r.Path, file) || r.include != nil && !r.include.match(file) {
		return fileMapping{}, false
	}
	for _, ignore := range r.ignores {
		if ignore.match(file) {
			return fileMapping{}, false
		}
	}
	if !r.syncs() {
		return fileMapping{from: file}, true
	}
	rel, err := filepath.Rel(r.Path, file)
	return fileMapping{file, path.Join(r.Target, filepath.ToSlash(rel))}, err == nil
}

// ignoresAll tells folders in which the rule is about nothing.
func (r *watchRule) ignoresAll(folder string) bool {
	return watcher.Inside(r.Path, folder) && slices.ContainsFunc(r.ignores, func(p *patterns) bool { return p.matchAll(folder) })
}

// files are all that the rule is about, for an initial sync.
func (r *watchRule) files(ctx context.Context) ([]fileMapping, error) {
	var files []fileMapping
	err := filepath.WalkDir(r.Path, func(file string, d fs.DirEntry, err error) error {
		switch {
		case errors.Join(err, ctx.Err()) != nil:
			return errors.Join(err, ctx.Err())
		case d.IsDir() && file != r.Path && (r.ignoresAll(file) || r.isMounted(file)):
			return fs.SkipDir
		case d.IsDir() || r.isMounted(file) || r.unsent.match(file):
			return nil
		}
		if m, ok := r.match(file); ok {
			files = append(files, m)
		}
		return nil
	})
	return files, err
}

// watchBatch is what a batch of changes asks for, by service.
type watchBatch struct {
	synced  map[string][]fileMapping
	restart map[string]bool
	rebuild map[string]bool
	// exec are the rules whose command runs once after the sync.
	exec map[string][]*watchRule
}

func newWatchBatch() *watchBatch {
	return &watchBatch{
		synced: map[string][]fileMapping{}, restart: map[string]bool{}, rebuild: map[string]bool{}, exec: map[string][]*watchRule{},
	}
}

// add notes what a rule makes of a path.
func (b *watchBatch) add(r *watchRule, file string) {
	m, ok := r.match(file)
	if !ok {
		return
	}
	if r.syncs() {
		b.synced[r.service] = append(b.synced[r.service], m)
	}
	if r.restarts() {
		b.restart[r.service] = true
	}
	if r.Action == types.WatchActionRebuild {
		b.rebuild[r.service] = true
	}
	if r.Action == types.WatchActionSyncExec && !slices.Contains(b.exec[r.service], r) {
		b.exec[r.service] = append(b.exec[r.service], r)
	}
}

// namesOf are the keys, sorted.
func namesOf[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
