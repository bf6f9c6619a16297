package compose

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Build builds the images of services, each on one host, where it stays until a
// host needs it.
func Build(ctx context.Context, env *Env, p *project.Project, o plan.BuildCommand) error {
	planned, err := PlanBuild(ctx, env, p, o)
	if err != nil {
		return err
	}
	env.warn(planned.Warnings)
	return env.build(ctx, planned)
}

// PlanBuild tells what Build would do, and changes nothing.
func PlanBuild(ctx context.Context, env *Env, p *project.Project, o plan.BuildCommand) (*plan.Plan, error) {
	request, err := upRequest(ctx, env, p, UpOptions{})
	if err != nil {
		return nil, err
	}
	o.Agent, o.Usual = env.SSHAgent, request.Build.Usual
	return plan.Build(request, o)
}

// build builds what a plan builds, once all that it takes from this machine is
// known to be there.
func (e *Env) build(ctx context.Context, builds *plan.Plan) (err error) {
	builds, drop, err := e.fetchContexts(ctx, builds)
	defer func() { err = errors.Join(err, drop()) }()
	if err != nil {
		return err
	}
	var missing []error
	for _, s := range builds.Steps {
		if a, ok := s.Action.(plan.BuildImage); ok {
			missing = append(missing, checkSources(a.Service, a.Spec))
		}
	}
	if err := errors.Join(missing...); err != nil {
		return err
	}
	return e.execute(ctx, builds, 0)
}

// checkSources looks for the folders and files of a build.
func checkSources(service string, spec hosts.BuildSpec) error {
	if err := checkPath(service, "build context", spec.Context, true); err != nil {
		return err
	}
	for name, where := range spec.Contexts {
		if err := checkPath(service, "additional context "+name, where, true); err != nil {
			return err
		}
	}
	for _, s := range spec.Secrets {
		if err := checkPath(service, "build secret "+s.ID, s.File, false); err != nil {
			return err
		}
	}
	if spec.Inline != "" || !filepath.IsAbs(spec.Context) {
		return nil
	}
	file := spec.Dockerfile
	if file == "" {
		file = filepath.Join(spec.Context, "Dockerfile")
	}
	return checkPath(service, "Dockerfile", file, false)
}

// checkPath passes over what isn't a path of this machine.
func checkPath(service, what, path string, folder bool) error {
	if !filepath.IsAbs(path) {
		return nil
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("service %s: %s: there is no %s", service, what, path)
	case err != nil:
		return fmt.Errorf("service %s: %s: %w", service, what, err)
	case folder != info.IsDir():
		return fmt.Errorf("service %s: %s: %s is %s", service, what, path, map[bool]string{true: "a folder", false: "no folder"}[info.IsDir()])
	}
	return nil
}
