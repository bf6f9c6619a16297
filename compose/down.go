package compose

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// DownOptions are what a user may ask of Down.
type DownOptions struct {
	// Project is the project's name.
	Project string
	// Model is the loaded project, nil where only labels are known: then
	// nothing counts as an orphan.
	Model *project.Project
	// Services limits it to these; none is all.
	Services      []string
	Volumes       bool
	RemoveOrphans bool
	// Images is "", "local" or "all".
	Images  string
	Timeout *time.Duration
}

// Down stops and removes what is the project's on all hosts. A host that
// doesn't answer is an error, after all others are done: what it holds stays.
// While another run changes the project, it waits.
func Down(ctx context.Context, env *Env, o DownOptions) error {
	err := env.exclusively(ctx, o.Project, "down", func(ctx context.Context, env *Env) error { return down(ctx, env, o) })
	if err == nil {
		env.settle(ctx, ResizeOptions{Shrink: true})
	}
	return err
}

func down(ctx context.Context, env *Env, o DownOptions) error {
	planned, absent, err := planDown(ctx, env, o)
	if err != nil {
		return err
	}
	env.warn(planned.Warnings)
	if planned.Empty() && len(absent) == 0 && (o.Model == nil || len(provided(o.Model, o.Services)) == 0) {
		env.warn([]string{"No resource found to remove for project \"" + o.Project + "\"."})
		return nil
	}
	return errors.Join(env.execute(ctx, planned, 0), env.unprovide(ctx, o.Model, o.Services, "down"), incomplete(o.Project, absent))
}

// PlanDown tells what Down would do, and changes nothing.
func PlanDown(ctx context.Context, env *Env, o DownOptions) (*plan.Plan, error) {
	planned, _, err := planDown(ctx, env, o)
	return planned, err
}

func planDown(ctx context.Context, env *Env, o DownOptions) (*plan.Plan, []hosts.Host, error) {
	snapshot, err := observePresent(ctx, env)
	if err != nil {
		return nil, nil, err
	}
	absent := snapshot.Absent()
	if len(absent) > 0 && len(absent) == len(env.Pool) {
		return nil, absent, plan.Unreachable(absent)
	}
	r := plan.DownRequest{
		Project: o.Project, State: snapshot, Services: o.Services,
		Volumes: o.Volumes, RemoveOrphans: o.RemoveOrphans, Images: o.Images, Timeout: o.Timeout,
	}
	r.Model = o.Model
	if o.Model != nil {
		r.Known = append(o.Model.ServiceNames(), o.Model.DisabledServiceNames()...)
		r.Disabled = o.Model.DisabledServiceNames()
	}
	return plan.Down(r), absent, nil
}

func incomplete(projectName string, absent []hosts.Host) error {
	if len(absent) == 0 {
		return nil
	}
	var names []string
	for _, h := range absent {
		names = append(names, h.Name)
	}
	return fmt.Errorf("%s isn't down on %s: run down again when it answers", projectName, strings.Join(names, ", "))
}
