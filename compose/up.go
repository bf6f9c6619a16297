package compose

import (
	"cmp"
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// UpOptions are what a user may ask of Up and Plan.
type UpOptions struct {
	plan.Options
	// Yes answers every question.
	Yes bool
	// WaitTimeout bounds each wait for a dependency, and Options.Wait.
	WaitTimeout time.Duration
	// Starting is called when all that the plan makes is there, and before
	// anything of it is started; not where that fails. It may be nil.
	Starting func(*plan.Plan)
}

// Plan tells what Up would do, and changes nothing.
func Plan(ctx context.Context, env *Env, p *project.Project, o UpOptions) (*plan.Plan, error) {
	o.JoinHosts = env.JoinHost != nil
	planned, err := planUp(ctx, env, p, o)
	if err == nil {
		for _, name := range provided(p, o.Services) {
			planned.Warnings = append(planned.Warnings, "service "+name+
				": its provider is called by up only; what depends on it is planned without the variables that it sets")
		}
	}
	return planned, err
}

func planUp(ctx context.Context, env *Env, p *project.Project, o UpOptions) (*plan.Plan, error) {
	request, err := upRequest(ctx, env, p, o)
	if err != nil {
		return nil, err
	}
	return decide(request)
}

// Up makes what runs equal to the project: observe, plan, execute. It returns
// the plan that it executed, also where that failed half way. While another run
// changes the project, it waits.
func Up(ctx context.Context, env *Env, p *project.Project, o UpOptions) (planned *plan.Plan, err error) {
	o.JoinHosts = env.JoinHost != nil
	bring := func(ctx context.Context, env *Env) (err error) {
		planned, err = up(ctx, env, p, o)
		return err
	}
	err = env.onHosts(ctx, p, o, "up", bring)
	if errors.Is(err, errJoined) { // and there are hosts that can keep the lock
		o.JoinHosts = false
		err = env.exclusively(ctx, p.Name, "up", bring)
	}
	if planned != nil && (err == nil || len(planned.LeftOut) > 0) && !o.MovesOnly {
		env.settle(ctx, ResizeOptions{Strategies: p.Clocker.Placement.Strategies, Yes: o.Yes})
	}
	return planned, err
}

// onHosts runs act while the project's lock is held on a host of the pool, which
// gets its first hosts where it has none, also where others delete those at once.
func (e *Env) onHosts(ctx context.Context, p *project.Project, o UpOptions, command string, act func(context.Context, *Env) error) error {
	for lost := 0; ; lost++ {
		if err := e.found(ctx, p, o); err != nil {
			return err
		}
		err := e.exclusively(ctx, p.Name, command, func(ctx context.Context, env *Env) error {
			if err := env.settled(ctx); err != nil {
				return err
			}
			return act(ctx, env)
		})
		if !errors.Is(err, errMoved) || lost == mostLost {
			return err
		}
	}
}

func up(ctx context.Context, env *Env, p *project.Project, o UpOptions) (*plan.Plan, error) {
	planned, err := planJoined(ctx, env, p, &o)
	if err != nil {
		return planned, err
	}
	p, told, err := env.outside(ctx, p, o.Services)
	if err != nil {
		return planned, err
	}
	if told { // what they said is part of what is asked for
		if planned, err = planGrown(ctx, env, p, o); err != nil {
			return nil, err
		}
	}
	if planned, err = withImages(ctx, env, p, &o, planned); err != nil {
		return planned, err
	}
	if o.RenewVolumes, err = env.mayRenew(planned.Diverged, o.Yes); err != nil {
		return planned, err
	}
	if len(o.RenewVolumes) > 0 {
		if planned, err = planGrown(ctx, env, p, o); err != nil {
			return nil, err
		}
	}
	env.warn(planned.Warnings)
	if err := env.agree(planned, o.Yes); err != nil {
		return planned, err
	}
	if err := env.confirm(planned, o.Yes); err != nil {
		return planned, err
	}
	if !o.MovesOnly {
		env.tellUnchanged(planned)
	}
	return planned, errors.Join(env.carryOut(ctx, planned.Content(), o), leftOut(planned))
}

// withImages pulls and builds what a plan wants, and plans anew: what else there
// is to do depends on what that brings.
func withImages(ctx context.Context, env *Env, p *project.Project, o *UpOptions, planned *plan.Plan) (*plan.Plan, error) {
	if pulls := planned.Pulls(); pulls != nil {
		err := env.execute(ctx, pulls, o.WaitTimeout)
		if err != nil {
			return planned, err
		}
		o.Pulled = true
		if planned, err = planGrown(ctx, env, p, *o); err != nil {
			return nil, err
		}
	}
	if builds := planned.Builds(); builds != nil {
		err := env.build(ctx, builds)
		if err != nil {
			return planned, err
		}
		o.Build.Done = builds.Built() // and which containers are out of date is known by now
		if planned, err = planGrown(ctx, env, p, *o); err != nil {
			return nil, err
		}
	}
	return planned, nil
}

// carryOut executes a plan, in two goes where somebody waits for the second.
func (e *Env) carryOut(ctx context.Context, p *plan.Plan, o UpOptions) error {
	if o.Starting == nil {
		return e.execute(ctx, p, o.WaitTimeout)
	}
	prepare, start := p.Phases()
	if err := e.execute(ctx, prepare, o.WaitTimeout); err != nil {
		return err
	}
	o.Starting(p)
	return e.execute(ctx, start, o.WaitTimeout)
}

// upRequest observes, and gathers what the plan depends on.
func upRequest(ctx context.Context, env *Env, p *project.Project, o UpOptions) (plan.Request, error) {
	if err := errors.Join(env.Unlisted...); err != nil {
		return plan.Request{}, err
	}
	machines, err := env.list(ctx)
	if err != nil {
		return plan.Request{}, err
	}
	snapshot, err := env.observeFor(ctx, p)
	if err != nil {
		return plan.Request{}, err
	}
	if env.held != nil && env.elastic() { // this run may change things
		if err := env.reclaim(ctx, snapshot); err != nil {
			return plan.Request{}, err
		}
	}
	fleets, snapshot, err := env.fleets(ctx, machines, snapshot)
	if err != nil {
		return plan.Request{}, err
	}
	request, err := requestOn(ctx, env, p, o, snapshot)
	request.Fleets = fleets
	return request, err
}

// requestOn gathers what a plan depends on beside the snapshot.
func requestOn(ctx context.Context, env *Env, p *project.Project, o UpOptions, snapshot state.Snapshot) (plan.Request, error) {
	trees, err := env.trees(ctx, p)
	if err != nil {
		return plan.Request{}, err
	}
	credentials, err := env.credentials(p)
	if err != nil {
		return plan.Request{}, err
	}
	o.Build.Agent = env.SSHAgent
	if o.Build.Usual, err = env.usualBuilder(); err != nil {
		return plan.Request{}, err
	}
	verdicts, err := env.verdicts(ctx, p, snapshot)
	if err != nil {
		return plan.Request{}, err
	}
	return plan.Request{
		Verdicts:    verdicts,
		Project:     p,
		Trees:       trees,
		Environment: env.environments(),
		Credentials: credentials,
		State:       snapshot,
		Several:     env.several(),
		Joined:      env.joined(snapshot),
		Refused:     env.refused(snapshot),
		Due:         env.due(ctx, p, snapshot, o),
		Locations:   env.Locations,
		Range:       fabricRange(p),
		Size:        p.Clocker.Network.Size,
		Options:     o.Options,
	}, nil
}

func fabricRange(p *project.Project) netip.Prefix {
	if r := p.Clocker.Network.CIDR; r.IsValid() {
		return r
	}
	return netip.MustParsePrefix(project.DefaultCIDR)
}

// joined asks the fabric about each host.
func (e *Env) joined(s state.Snapshot) map[string]bool {
	joined := map[string]bool{}
	if e.Fabric == nil {
		return joined
	}
	for _, o := range s.Ready() {
		joined[o.Host.Name] = e.Fabric.Joined(o)
	}
	return joined
}

// refused asks the fabric which hosts aren't to be joined, and why.
func (e *Env) refused(s state.Snapshot) map[string]string {
	refused := map[string]string{}
	if e.Fabric == nil {
		return refused
	}
	for _, o := range s.Ready() {
		if why := e.Fabric.Refuses(o); why != "" {
			refused[o.Host.Name] = why
		}
	}
	return refused
}

// tellUnchanged tells of what runs already, as Docker Compose does.
func (e *Env) tellUnchanged(p *plan.Plan) {
	if e.Events == nil {
		return
	}
	for _, c := range p.Unchanged {
		event := execute.Event{ID: "Container " + c.Name, Status: execute.Done, Text: "Running"}
		if e.several() {
			event.Host = c.Host
		}
		e.Events(event)
	}
}

// execute runs a plan on the pool.
func (e *Env) execute(ctx context.Context, p *plan.Plan, wait time.Duration) error {
	return e.executor(wait).Run(ctx, p)
}

func (e *Env) executor(wait time.Duration) *execute.Executor {
	pool := map[string]hosts.Host{}
	for _, h := range e.Pool {
		pool[h.Name] = h
	}
	return &execute.Executor{
		Engine:      func(name string) (execute.Engine, error) { return e.Connect(pool[name]) },
		Fabric:      e.Fabric,
		Withhold:    e.withhold(pool),
		Tool:        e.Tool,
		Carrier:     e.Carrier,
		JoinHost:    e.JoinHost,
		Builder:     e.builder(pool),
		HookOutput:  e.HookOutput,
		Events:      e.Events,
		Several:     e.several(),
		Parallel:    cmp.Or(e.Parallel, defaultParallel*len(e.Pool)),
		WaitTimeout: wait,
	}
}

// withhold asks the fabric by the names of hosts.
func (e *Env) withhold(pool map[string]hosts.Host) func(ctx context.Context, host, container string, atMost time.Duration) (time.Duration, error) {
	if e.Fabric == nil {
		return nil
	}
	return func(ctx context.Context, host, container string, atMost time.Duration) (time.Duration, error) {
		return e.Fabric.Withhold(ctx, pool[host], container, atMost)
	}
}

// defaultParallel is how many steps are at work at once for each host.
const defaultParallel = 16
