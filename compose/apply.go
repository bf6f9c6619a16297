package compose

import (
	"context"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// SavePlan is Plan, and the plan in the form in which it can be kept.
func SavePlan(ctx context.Context, env *Env, p *project.Project, o UpOptions, from plan.Source) (*plan.Plan, plan.Saved, error) {
	request, err := upRequest(ctx, env, p, o)
	if err != nil {
		return nil, plan.Saved{}, err
	}
	planned, err := decide(request)
	if err != nil {
		return nil, plan.Saved{}, err
	}
	return planned, plan.Save(request, planned, from), nil
}

// ApplySaved carries out a plan that was kept. It is made again, and an error
// says what has moved since where it isn't the same one.
func ApplySaved(ctx context.Context, env *Env, p *project.Project, saved plan.Saved, o UpOptions) (planned *plan.Plan, err error) {
	o.Options = saved.Asked.Options()
	err = env.exclusively(ctx, p.Name, "apply", func(ctx context.Context, env *Env) error {
		_, now, err := SavePlan(ctx, env, p, o, saved.Source)
		if err != nil {
			return err
		}
		if err := saved.Check(now); err != nil {
			return err
		}
		planned, err = up(ctx, env, p, o)
		return err
	})
	return planned, err
}
