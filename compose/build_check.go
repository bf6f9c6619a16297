package compose

import (
	"context"
	"errors"
	"fmt"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// ImageBuilder builds images on one host, and checks what they are built from.
type ImageBuilder interface {
	execute.Builder
	// Check returns what is wrong with a Dockerfile that can be built all the same;
	// an error is one that can't, or an engine that knows no checks.
	Check(ctx context.Context, spec hosts.BuildSpec) (hosts.BuildFindings, error)
}

// CheckBuild has the Dockerfiles of services checked where their images would be
// built, and builds nothing. Found is called for each service, in order; an
// error names the service.
func CheckBuild(ctx context.Context, env *Env, p *project.Project, o plan.BuildCommand, found func(service string, f hosts.BuildFindings)) (err error) {
	planned, err := PlanBuild(ctx, env, p, o)
	if err != nil {
		return err
	}
	env.warn(planned.Warnings)
	planned, drop, err := env.fetchContexts(ctx, planned)
	defer func() { err = errors.Join(err, drop()) }()
	if err != nil {
		return err
	}
	var problems []error
	for _, s := range planned.Steps {
		a, ok := s.Action.(plan.BuildImage)
		if !ok {
			continue
		}
		f, err := env.checkImage(ctx, s.Host, a)
		if err != nil {
			problems = append(problems, fmt.Errorf("service %s: %w", a.Service, err))
			continue
		}
		found(a.Service, f)
	}
	return errors.Join(problems...)
}

func (e *Env) checkImage(ctx context.Context, host string, a plan.BuildImage) (hosts.BuildFindings, error) {
	if err := checkSources(a.Service, a.Spec); err != nil {
		return hosts.BuildFindings{}, err
	}
	for _, h := range e.Pool {
		if h.Name != host {
			continue
		}
		builder, err := e.BuildOn(h)
		if err != nil {
			return hosts.BuildFindings{}, err
		}
		f, err := builder.Check(ctx, a.Spec)
		return f, e.plainly(err)
	}
	return hosts.BuildFindings{}, fmt.Errorf("host %s is not in the pool", host)
}
