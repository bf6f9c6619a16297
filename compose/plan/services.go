package plan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// selectServices orders the wanted services so that dependencies come first.
func (u *up) selectServices() error {
	if u.NoDeps {
		u.Project = u.withoutOthers()
	}
	names := u.Services
	if len(names) == 0 {
		names = u.Project.ServiceNames()
	}
	if u.Oneoff != nil {
		s, err := u.oneoffService()
		if err != nil {
			return err
		}
		names = u.dependencies(s)
	}
	walk := serviceWalk{u, map[string]progress{}}
	for _, name := range slices.Sorted(slices.Values(names)) {
		if err := walk.visit(name, nil); err != nil {
			return err
		}
	}
	for _, name := range sortedKeys(u.Scale) {
		if walk.seen[name] != done {
			return fmt.Errorf("no such service: %s", name)
		}
	}
	return nil
}

// serviceWalk goes from services to what they depend on.
type serviceWalk struct {
	*up
	seen map[string]progress
}

type progress int

const (
	doing progress = iota + 1
	done
)

// visit adds a service behind its dependencies; path is how it was reached.
func (w serviceWalk) visit(name string, path []string) error {
	path = append(slices.Clip(path), name)
	switch w.seen[name] {
	case done:
		return nil
	case doing:
		return fmt.Errorf("dependency cycle detected: %s", strings.Join(path[slices.Index(path, name):], " -> "))
	}
	s, ok := w.Project.Services[name]
	if !ok {
		return fmt.Errorf("no such service: %s", name)
	}
	w.seen[name] = doing
	for _, dep := range w.dependencies(s) {
		if err := w.visit(dep, path); err != nil {
			return err
		}
	}
	w.seen[name] = done
	w.services = append(w.services, s)
	return nil
}

// dependencies are the services that are brought up with s, sorted. An
// optional one that the project hasn't enabled is left out; without
// dependencies only those stay that are named themselves.
func (u *up) dependencies(s types.ServiceConfig) []string {
	deps := slices.DeleteFunc(s.GetDependencies(), func(name string) bool {
		_, enabled := u.Project.Services[name]
		dep, declared := s.DependsOn[name]
		return !enabled && declared && !dep.Required || u.NoDeps && !u.named(name)
	})
	slices.Sort(deps)
	return deps
}

// named tells whether the user asked for the service, or for all.
func (u *up) named(service string) bool {
	return len(u.Services) == 0 || slices.Contains(u.Services, service)
}

// withoutOthers is the project whose services depend on those alone that are
// named: that is what labels tell later, too.
func (u *up) withoutOthers() *project.Project {
	p, files := *u.Project, *u.Project.Project
	files.Services = maps.Clone(files.Services)
	for name, s := range files.Services {
		s.DependsOn = maps.Clone(s.DependsOn)
		maps.DeleteFunc(s.DependsOn, func(other string, _ types.ServiceDependency) bool { return !u.named(other) })
		files.Services[name] = s
	}
	p.Project = &files
	return &p
}
