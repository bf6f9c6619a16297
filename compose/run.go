package compose

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// RunOptions say what Run runs.
type RunOptions struct {
	plan.Options
	Service string
	// Override is what is different from the service of the files.
	Override Override
	// Name is the container's; "" makes one up.
	Name string
	// Aliases lets others find it by the names of the service.
	Aliases bool
	// Remove removes it when it has ended, in whichever way.
	Remove bool
	// Detach leaves it running in the background.
	Detach     bool
	DetachKeys string
}

// RunResult is what became of a run.
type RunResult struct {
	// ID is the container's.
	ID string
	// Code is its exit code, 0 where it was left running.
	Code int
}

// Run runs a command in a container of its own, made from a service, once what
// the service depends on is as it should be. It is placed as a replica of the
// service would be.
func Run(ctx context.Context, env *Env, p *project.Project, o RunOptions, user Console) (RunResult, error) {
	p, up, err := o.prepare(p)
	if err != nil {
		return RunResult{}, err
	}
	one := oneoff{hooks: plan.PostStart(p, o.Service), env: env, options: o, tty: o.Override.Tty, stdin: o.Override.Stdin}
	err = env.onHosts(ctx, p, UpOptions(up), "run", func(ctx context.Context, env *Env) error {
		planned, err := up.apply(ctx, env, p)
		one.find(planned)
		return err
	})
	if err != nil {
		one.discard(ctx)
		return RunResult{}, err
	}
	result, err := one.run(ctx, user)
	if err != nil {
		one.discard(ctx)
	}
	return result, env.plainly(err)
}

// PlanRun tells what Run would do before it starts the container, and changes nothing.
func PlanRun(ctx context.Context, env *Env, p *project.Project, o RunOptions) (*plan.Plan, error) {
	p, up, err := o.prepare(p)
	if err != nil {
		return nil, err
	}
	return Plan(ctx, env, p, UpOptions(up))
}

// runUp is the part of a run that is an up.
type runUp UpOptions

func (o runUp) apply(ctx context.Context, env *Env, p *project.Project) (*plan.Plan, error) {
	return up(ctx, env, p, UpOptions(o))
}

// prepare makes the service what is to be run.
func (o RunOptions) prepare(p *project.Project) (*project.Project, runUp, error) {
	one := container.Oneoff{
		Slug: newSlug(), Name: o.Name, Aliases: o.Aliases, Remove: o.Remove, Stdin: o.Override.Stdin,
	}
	p, err := o.Override.apply(p, o.Service, container.OneoffName(p, o.Service, one))
	if err != nil {
		return nil, runUp{}, err
	}
	if o.NoDeps { // and its label says so, too
		s := p.Services[o.Service]
		s.DependsOn = nil
		p.Services[o.Service] = s
	}
	options := o.Options
	options.Services, options.Oneoff = []string{o.Service}, &one
	return p, runUp{Options: options}, nil
}

// newSlug is 64 hexadecimal digits.
func newSlug() string {
	var random [32]byte
	_, _ = rand.Read(random[:]) // which never fails
	return hex.EncodeToString(random[:])
}

// oneoff is the container of a run.
type oneoff struct {
	env        *Env
	options    RunOptions
	tty, stdin bool
	// hooks run in the container once it was started.
	hooks []plan.Hook
	// host and name are "" before it is planned.
	host, name string
}

// find learns where the container is to be; the plan may be nil.
func (r *oneoff) find(p *plan.Plan) {
	if p == nil {
		return
	}
	for _, s := range p.Steps {
		if a, ok := s.Action.(plan.CreateContainer); ok && s.Reason == plan.ReasonRun {
			r.host, r.name = s.Host, a.Name
		}
	}
}

// run starts the container, and stays with it unless it is to be left alone.
func (r *oneoff) run(ctx context.Context, user Console) (RunResult, error) {
	engine, err := r.env.engine(r.host)
	if err != nil {
		return RunResult{}, err
	}
	detail, err := engine.InspectContainer(ctx, r.name)
	if err != nil {
		return RunResult{}, err
	}
	if r.options.Detach {
		if err := engine.StartContainer(ctx, r.name); err != nil {
			return RunResult{}, err
		}
		return RunResult{ID: detail.ID}, r.runHooks(ctx, engine)
	}
	code, err := r.converse(ctx, engine, user)
	return RunResult{ID: detail.ID, Code: code}, err
}

// converse starts the container, runs its hooks beside it, and stays until both
// have ended. What a hook fails of is told where the container doesn't fail.
func (r *oneoff) converse(ctx context.Context, engine Engine, user Console) (code int, err error) {
	var hooks sync.WaitGroup
	var failed error
	start := func(starting context.Context) error {
		err := engine.StartContainer(starting, r.name)
		if err == nil && len(r.hooks) > 0 {
			hooks.Go(func() { failed = r.runHooks(ctx, engine) })
		}
		return err
	}
	until := hosts.NextExit
	if r.options.Remove {
		until = hosts.Removed
	}
	code, err = conversation{
		engine: engine, container: r.name, until: until, user: user, stdin: r.stdin, tty: r.tty,
		detachKeys: r.options.DetachKeys, proxy: true, start: start,
	}.hold(ctx)
	hooks.Wait()
	if err == nil && code == 0 {
		err = failed
	}
	return code, err
}

// runHooks runs the hooks of the container; one that has ended needs none.
func (r *oneoff) runHooks(ctx context.Context, engine Engine) error {
	err := r.env.executor(0).RunHooks(ctx, engine, r.name, r.name, r.hooks)
	if errors.Is(err, hosts.ErrNotFound) || errors.Is(err, hosts.ErrConflict) {
		return nil
	}
	return err
}

// discardTimeout bounds the removal of a container after its run has failed.
const discardTimeout = 30 * time.Second

// discard removes what a failed or interrupted run would leave, where the user
// wants nothing left. The engine removes a container only after it has run.
func (r *oneoff) discard(ctx context.Context) {
	if !r.options.Remove || r.name == "" || r.options.Detach {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), discardTimeout)
	defer cancel()
	if engine, err := r.env.engine(r.host); err == nil {
		_ = engine.RemoveContainer(ctx, r.name, true, true) // it may be gone already
	}
}
