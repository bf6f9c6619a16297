package compose

import (
	"context"
	"errors"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// errJoined is that the first hosts of a pool that had none have just joined:
// before that nothing could keep the project's lock.
var errJoined = errors.New("hosts have joined; run the command again")

// planJoined is the plan once machines without an engine have become hosts.
func planJoined(ctx context.Context, env *Env, p *project.Project, o *UpOptions) (*plan.Plan, error) {
	planned, err := planGrown(ctx, env, p, *o)
	if err != nil {
		return nil, err
	}
	joins := planned.Joins()
	if joins == nil {
		return planned, nil
	}
	if err := env.joinHosts(ctx, joins); err != nil {
		return planned, err
	}
	o.JoinHosts = false
	return planGrown(ctx, env, p, *o)
}

// joinHosts makes machines hosts. One that can't be made one is a warning, as is
// any that doesn't answer: the others go on.
func (e *Env) joinHosts(ctx context.Context, joins *plan.Plan) error {
	err := e.execute(ctx, joins, 0)
	if ctx.Err() != nil {
		return err
	}
	if err != nil {
		e.warn([]string{err.Error()})
		return nil
	}
	if e.held == nil {
		return errJoined
	}
	return nil
}
