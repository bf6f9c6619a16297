package compose

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/provider"
)

// outside lets programs of others run what isn't a container, and returns the
// project with the variables that they have set. It tells whether there was any.
func (e *Env) outside(ctx context.Context, p *project.Project, wanted []string) (*project.Project, bool, error) {
	p, modelled, err := e.model(ctx, p)
	if err != nil {
		return p, modelled, err
	}
	p, provided, err := e.provide(ctx, p, wanted)
	return p, modelled || provided, err
}

// provide calls the providers of the project's services, those first that others
// depend on, and returns the project with the variables that they have set. It
// tells whether there was any.
func (e *Env) provide(ctx context.Context, p *project.Project, wanted []string) (*project.Project, bool, error) {
	services := provided(p, wanted)
	if len(services) == 0 {
		return p, false, nil
	}
	own := withOwnServices(p)
	for _, name := range services {
		v, err := e.callProvider(ctx, own, name, "up")
		if err != nil {
			return p, true, err
		}
		e.pass(own, name, v)
	}
	return own, true, nil
}

// unprovide lets the providers remove what they made, or stop it, in the other
// order.
func (e *Env) unprovide(ctx context.Context, p *project.Project, wanted []string, command string) error {
	if p == nil {
		return nil
	}
	var problems []error
	for _, name := range slices.Backward(provided(p, nil)) {
		if len(wanted) > 0 && !slices.Contains(wanted, name) {
			continue // what it depends on, and what depends on it, stay
		}
		_, err := e.callProvider(ctx, p, name, command)
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// provided are the services that a provider makes, with those first that others
// of them depend on. Wanted limits them, with what they depend on; none is all.
func provided(p *project.Project, wanted []string) []string {
	if len(wanted) == 0 {
		wanted = p.ServiceNames()
	}
	var names []string
	seen := map[string]bool{}
	var visit func(name string)
	visit = func(name string) {
		s, known := p.Services[name]
		if seen[name] || !known {
			return
		}
		seen[name] = true
		for _, on := range slices.Sorted(slices.Values(s.GetDependencies())) {
			visit(on)
		}
		if s.Provider != nil {
			names = append(names, name)
		}
	}
	for _, name := range slices.Sorted(slices.Values(wanted)) {
		visit(name)
	}
	return names
}

// withOwnServices is the project with services that may be changed.
func withOwnServices(p *project.Project) *project.Project {
	model, own := *p.Project, *p
	model.Services = maps.Clone(p.Services)
	own.Project = &model
	return &own
}

func (e *Env) callProvider(ctx context.Context, p *project.Project, name, command string) (v provider.Variables, err error) {
	words := map[string][2]string{"up": {"Creating", "Created"}, "down": {"Removing", "Removed"}, "stop": {"Stopping", "Stopped"}}[command]
	began := false
	told := func(text string) {
		began = true
		e.Events(execute.Event{ID: name, Status: execute.Working, Text: cmp.Or(text, words[0])})
	}
	v, err = e.runProvider(ctx, p, p.Services[name], command, told)
	switch {
	case err != nil:
		e.Events(execute.Event{ID: name, Status: execute.Error, Text: "Error", Details: err.Error()})
		return v, fmt.Errorf("service %s: %w", name, err)
	case began: // a provider that knows no stop isn't called
		e.Events(execute.Event{ID: name, Status: execute.Done, Text: words[1]})
	}
	return v, nil
}

func (e *Env) runProvider(ctx context.Context, p *project.Project, s types.ServiceConfig, command string, told func(string)) (provider.Variables, error) {
	if e.FindProvider == nil {
		return provider.Variables{}, errors.New("providers can't be called here")
	}
	path, err := e.FindProvider(s.Provider.Type)
	if err != nil {
		return provider.Variables{}, err
	}
	shown := s
	shown.Image, shown.Build = container.Image(p, s.Name), nil
	config, err := json.Marshal(shown)
	if err != nil {
		return provider.Variables{}, err
	}
	return provider.Run(ctx, path, provider.Call{
		Project: p.Name, Service: s.Name, Kind: s.Provider.Type, Options: s.Provider.Options, Command: command,
		Environ: p.Environment.Values(), Config: config, Told: told,
	})
}

// pass gives a provider's variables to the services that depend on its own.
func (e *Env) pass(p *project.Project, from string, v provider.Variables) {
	prefix := strings.ToUpper(from) + "_"
	for name, s := range p.Services {
		if _, depends := s.DependsOn[from]; !depends {
			continue
		}
		environment := types.MappingWithEquals{}
		maps.Copy(environment, s.Environment)
		for key, value := range v.Prefixed {
			environment[prefix+key] = &value
		}
		for key, value := range v.Raw {
			if old, set := environment[key]; set && (old == nil || *old != value) {
				e.warn([]string{fmt.Sprintf("provider %q overrides environment variable %q in service %q", from, key, name)})
			}
			environment[key] = &value
		}
		s.Environment = environment
		p.Services[name] = s
	}
}
