package compose

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Change is one of the ways to change containers that exist: plan.Start,
// plan.Stop, plan.Restart, plan.Remove, plan.Kill, plan.Pause or plan.Unpause.
type Change func(plan.LifeRequest) (*plan.Plan, error)

// ChangeOptions are what a user may ask of a change.
type ChangeOptions struct {
	// LifeRequest has all but the State, which is observed.
	plan.LifeRequest
	// WaitTimeout bounds each wait for a condition; 0 is no bound.
	WaitTimeout time.Duration
	// Stops tells that providers are to stop what they made, too.
	Stops bool
	// Starts tells that the change starts containers, into which files are put.
	Starts bool
	// Command is the name of a change that other runs must not get in the way of:
	// it waits for them, and they for it. "" is one that they may.
	Command string
	// Approve is asked before anything is done, where it is set; the change is
	// dropped where it says no.
	Approve func(*plan.Plan) (bool, error)
}

// Apply makes a change on all hosts, and returns the plan that it carried out.
// A host that doesn't answer is an error, after all others are done.
func Apply(ctx context.Context, env *Env, change Change, o ChangeOptions) (planned *plan.Plan, err error) {
	if o.Command == "" {
		return apply(ctx, env, change, o)
	}
	err = env.exclusively(ctx, o.Project, o.Command, func(ctx context.Context, env *Env) (err error) {
		planned, err = apply(ctx, env, change, o)
		return err
	})
	return planned, err
}

func apply(ctx context.Context, env *Env, change Change, o ChangeOptions) (*plan.Plan, error) {
	planned, absent, err := planChange(ctx, env, change, o)
	if err != nil {
		return nil, err
	}
	if o.Approve != nil && !planned.Empty() {
		if yes, err := o.Approve(planned); err != nil || !yes {
			return planned, err
		}
	}
	err = env.execute(ctx, planned, o.WaitTimeout)
	if o.Stops {
		err = errors.Join(err, env.unprovide(ctx, o.Model, o.Services, "stop"))
	}
	return planned, errors.Join(err, unreached(o.Project, absent))
}

// PlanChange tells what Apply would do, and changes nothing.
func PlanChange(ctx context.Context, env *Env, change Change, o ChangeOptions) (*plan.Plan, error) {
	planned, _, err := planChange(ctx, env, change, o)
	return planned, err
}

func planChange(ctx context.Context, env *Env, change Change, o ChangeOptions) (*plan.Plan, []hosts.Host, error) {
	snapshot, err := observePresent(ctx, env)
	if err != nil {
		return nil, nil, err
	}
	absent := snapshot.Absent()
	if len(absent) > 0 && len(absent) == len(env.Pool) {
		return nil, absent, plan.Unreachable(absent)
	}
	o.State = snapshot
	if o.Starts && o.Model != nil {
		o.Environment = env.environments()
		if o.Credentials, err = env.credentials(o.Model); err != nil {
			return nil, absent, err
		}
	}
	planned, err := change(o.LifeRequest)
	return planned, absent, err
}

// unreached is the error that something of a project may be left as it was.
func unreached(projectName string, absent []hosts.Host) error {
	if len(absent) == 0 {
		return nil
	}
	var why []string
	for _, h := range absent {
		why = append(why, h.Name+" ("+h.Status.Reason+")")
	}
	return fmt.Errorf("what %s runs on %s is as it was: run the command again when it answers", projectName, strings.Join(why, ", "))
}
