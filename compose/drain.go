package compose

import (
	"context"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// drainMark is the volume that marks a host as drained. There is no server to
// keep that, every sweep reads the volumes of every host anyway, and so all who
// use the host see the same.
const drainMark = "clocker-drained"

// isMark tells whether a volume is that mark.
func isMark(v hosts.Volume) bool { return v.Name == drainMark && v.Labels[hosts.LabelDrained] != "" }

// drained tells whether a host has the mark.
func drained(o hosts.Observation) bool { return slices.ContainsFunc(o.Volumes, isMark) }

// drainedBy is what the mark says.
func drainedBy(who string, since time.Time) string { return who + ", " + since.Format(time.RFC3339) }

// Drain marks a host, from which on nothing new is placed there. That somebody
// deletes the host is an error.
func Drain(ctx context.Context, env *Env, host string) error {
	engine, err := env.engineOf(host)
	if err != nil {
		return err
	}
	spec := hosts.VolumeSpec{Name: drainMark, Labels: map[string]string{hosts.LabelDrained: drainedBy(env.Self.Name, time.Now().UTC())}}
	for {
		v, err := engine.ClaimVolume(ctx, spec)
		if err == nil {
			err = env.undisturbed(&v)
		}
		who := leaver(v)
		if err != nil || who == nil {
			return err
		}
		if err := unmark(ctx, engine, env.patience(), who.ID); err != nil { // it was given up
			return err
		}
	}
}

// Activate takes the mark off a host. That somebody deletes the host is an error.
func Activate(ctx context.Context, env *Env, host string) error {
	engine, err := env.engineOf(host)
	if err != nil {
		return err
	}
	v, err := markOf(ctx, engine, env.patience())
	if err != nil || v == nil {
		return err
	}
	if err := env.undisturbed(v); err != nil {
		return err
	}
	return unmark(ctx, engine, env.patience(), v.Labels[labelHolder])
}

// Relocate moves the project's replicas away from hosts that they can't stay
// on, and changes nothing else.
func Relocate(ctx context.Context, env *Env, p *project.Project, o UpOptions) (planned *plan.Plan, err error) {
	err = env.exclusively(ctx, p.Name, "drain", func(ctx context.Context, env *Env) (err error) {
		planned, err = up(ctx, env, p, moves(o))
		return err
	})
	return planned, err
}

// PlanRelocation tells what Relocate would do with some hosts drained.
func PlanRelocation(ctx context.Context, env *Env, p *project.Project, o UpOptions, drain ...string) (*plan.Plan, error) {
	request, err := upRequest(ctx, env, p, moves(o))
	if err != nil {
		return nil, err
	}
	for _, name := range drain {
		if seen := request.State.Host(name); seen != nil {
			seen.Host.Availability = hosts.Drain
		}
	}
	return decide(request)
}

func moves(o UpOptions) UpOptions {
	o.MovesOnly, o.IgnoreOrphans = true, true
	return o
}
