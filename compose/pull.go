package compose

import (
	"context"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// Pull brings each host the images that its replicas need, of one digest on all.
func Pull(ctx context.Context, env *Env, p *project.Project, o plan.PullOptions) error {
	planned, skips, err := planPull(ctx, env, p, o)
	if err != nil {
		return err
	}
	env.warn(planned.Warnings)
	for _, skip := range skips {
		env.Events(execute.Event{ID: skip.ID, Status: execute.Done, Text: "Skipped", Details: skip.Why})
	}
	return env.execute(ctx, planned, 0)
}

// PlanPull tells what Pull would do, and changes nothing.
func PlanPull(ctx context.Context, env *Env, p *project.Project, o plan.PullOptions) (*plan.Plan, error) {
	planned, _, err := planPull(ctx, env, p, o)
	return planned, err
}

func planPull(ctx context.Context, env *Env, p *project.Project, o plan.PullOptions) (*plan.Plan, []plan.Skip, error) {
	request, err := upRequest(ctx, env, p, UpOptions{})
	if err != nil {
		return nil, nil, err
	}
	return plan.Pull(request, o)
}
