package compose

import (
	"context"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// Rebalance moves replicas until the pool is as even as the services' strategies
// want it, or as many as the options allow. Accept is asked before anything is
// moved; where it says no, nothing is.
func Rebalance(ctx context.Context, env *Env, p *project.Project, o UpOptions, accept func(*plan.Plan) (bool, error)) (planned *plan.Plan, err error) {
	o = moves(o)
	o.Rebalance = true
	err = env.exclusively(ctx, p.Name, "rebalance", func(ctx context.Context, env *Env) (err error) {
		if planned, err = planUp(ctx, env, p, o); err != nil || planned.Empty() {
			return err
		}
		if yes, err := accept(planned); err != nil || !yes {
			return err
		}
		env.warn(planned.Warnings)
		return env.execute(ctx, planned, o.WaitTimeout)
	})
	return planned, err
}

// PlanRebalance tells what Rebalance would do, and changes nothing.
func PlanRebalance(ctx context.Context, env *Env, p *project.Project, o UpOptions) (*plan.Plan, error) {
	o = moves(o)
	o.Rebalance = true
	return planUp(ctx, env, p, o)
}
