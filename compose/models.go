package compose

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/provider"
)

// model lets the plugin of Docker's client run the project's models, and tells
// the services that use them where they are, in variables. It tells whether
// there was any.
func (e *Env) model(ctx context.Context, p *project.Project) (*project.Project, bool, error) {
	if len(p.Models) == 0 || !slices.ContainsFunc(p.ServiceNames(), func(name string) bool { return len(p.Services[name].Models) > 0 }) {
		return p, false, nil
	}
	const lacking = "'models' support requires Docker Model plugin"
	if e.FindPlugin == nil {
		return p, true, errors.New(lacking)
	}
	path, err := e.FindPlugin("model")
	if err != nil {
		return p, true, errors.New(lacking)
	}
	models := provider.Models{Path: path, Environ: p.Environment.Values()}
	if err := e.runModels(ctx, p, models); err != nil {
		return p, true, err
	}
	endpoint, err := models.Endpoint(ctx)
	if err != nil {
		return p, true, err
	}
	own := withOwnServices(p)
	for name, s := range own.Services {
		if len(s.Models) > 0 {
			s.Environment = modelled(own, s, endpoint)
			own.Services[name] = s
		}
	}
	return own, true, nil
}

func (e *Env) runModels(ctx context.Context, p *project.Project, models provider.Models) error {
	have, err := models.Have(ctx)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(p.Models)) {
		declared := p.Models[key]
		m := provider.Model{
			Name: cmp.Or(declared.Name, key), Ref: declared.Model,
			ContextSize: declared.ContextSize, RuntimeFlags: declared.RuntimeFlags,
		}
		if !slices.Contains(have, m.Ref) {
			if err := e.telling(m.Name, "Pulling", "Pulled", func() error { return models.Pull(ctx, m) }); err != nil {
				return err
			}
		}
		if err := e.telling(m.Name, "Configuring", "Configured", func() error { return models.Configure(ctx, m) }); err != nil {
			return err
		}
	}
	return nil
}

// telling tells a thing's progress around what is done with it.
func (e *Env) telling(id, working, done string, do func() error) error {
	e.Events(execute.Event{ID: id, Status: execute.Working, Text: working})
	if err := do(); err != nil {
		e.Events(execute.Event{ID: id, Status: execute.Error, Text: "Error", Details: err.Error()})
		return err
	}
	e.Events(execute.Event{ID: id, Status: execute.Done, Text: done})
	return nil
}

// modelled is a service's environment with the names and the address of its models.
func modelled(p *project.Project, s types.ServiceConfig, endpoint string) types.MappingWithEquals {
	environment := types.MappingWithEquals{}
	maps.Copy(environment, s.Environment)
	for ref, use := range s.Models {
		if use == nil {
			use = &types.ServiceModelConfig{}
		}
		name := p.Models[ref].Model
		prefix := strings.ReplaceAll(strings.ToUpper(ref), "-", "_")
		environment[cmp.Or(use.ModelVariable, prefix+"_MODEL")] = &name
		environment[cmp.Or(use.EndpointVariable, prefix+"_URL")] = &endpoint
	}
	return environment
}
