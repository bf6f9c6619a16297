package compose

import (
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// Override is what a run changes of its service; what is empty stays, but for
// ports, of which only those here are published.
type Override struct {
	Command    []string
	Entrypoint []string
	// HasEntrypoint tells that the entrypoint is given, if only as an empty one.
	HasEntrypoint bool
	// Env is NAME=VALUE.
	Env        []string
	Labels     map[string]string
	User       string
	WorkingDir string
	CapAdd     []string
	CapDrop    []string
	Volumes    []types.ServiceVolumeConfig
	// Ports replace the service's own, of which KeepPorts keeps all.
	Ports     []types.ServicePortConfig
	KeepPorts bool
	// Tty gives the process a terminal, and Stdin an input.
	Tty, Stdin bool
}

// apply returns a project in which the service is changed, and its container
// has the name. The project that is given stays as it is.
func (o Override) apply(p *project.Project, service, name string) (*project.Project, error) {
	s, ok := p.Services[service]
	if !ok {
		return nil, fmt.Errorf("no such service: %s", service)
	}
	o.change(&s)
	s.ContainerName = name // which Docker Compose hashes, too
	changed, inner := *p, *p.Project
	inner.Services = maps.Clone(p.Services)
	inner.Services[service] = s
	changed.Project = &inner
	return &changed, nil
}

func (o Override) change(s *types.ServiceConfig) {
	s.Restart, s.Scale = "", nil
	if s.Deploy != nil {
		deploy := *s.Deploy
		deploy.RestartPolicy, deploy.Replicas = nil, nil
		s.Deploy = &deploy
	}
	s.Tty, s.StdinOpen = o.Tty, o.Stdin
	if !o.KeepPorts {
		s.Ports = o.Ports
	}
	o.changeProcess(s)
	s.Labels = overlaid(s.Labels, o.Labels)
	s.Volumes = append(slices.Clip(s.Volumes), o.Volumes...)
	s.CapAdd, s.CapDrop = changed(s.CapAdd, o.CapAdd, o.CapDrop), changed(s.CapDrop, o.CapDrop, o.CapAdd)
}

// changeProcess changes what runs. An entrypoint of the user's takes the
// service's own command with it.
func (o Override) changeProcess(s *types.ServiceConfig) {
	if o.HasEntrypoint {
		s.Entrypoint, s.Command = o.Entrypoint, types.ShellCommand{}
	}
	if len(o.Command) > 0 {
		s.Command = o.Command
	}
	if o.User != "" {
		s.User = o.User
	}
	if o.WorkingDir != "" {
		s.WorkingDir = o.WorkingDir
	}
	if len(o.Env) > 0 {
		s.Environment = overlaid(s.Environment, types.NewMappingWithEquals(o.Env))
	}
}

// overlaid is a map with others' values over its own.
func overlaid[M ~map[string]V, V any](own M, over map[string]V) M {
	if len(over) == 0 {
		return own
	}
	all := M{}
	maps.Copy(all, own)
	maps.Copy(all, over)
	return all
}

// changed are a list's words with some added and without others.
func changed(list, added, dropped []string) []string {
	kept := slices.DeleteFunc(slices.Clone(list), func(word string) bool { return slices.Contains(dropped, word) })
	return append(kept, added...)
}
