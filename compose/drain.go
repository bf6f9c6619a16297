package compose

import (
	"context"
	"errors"
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

// drained tells whether a host has the mark.
func drained(o hosts.Observation) bool {
	return slices.ContainsFunc(o.Volumes, func(v hosts.Volume) bool {
		return v.Name == drainMark && v.Labels[hosts.LabelDrained] != ""
	})
}

// Drain marks a host, from which on nothing new is placed there.
func Drain(ctx context.Context, env *Env, host string) error {
	engine, err := env.engineOf(host)
	if err != nil {
		return err
	}
	who := env.Self.Name + ", " + time.Now().UTC().Format(time.RFC3339)
	_, err = engine.ClaimVolume(ctx, hosts.VolumeSpec{Name: drainMark, Labels: map[string]string{hosts.LabelDrained: who}})
	return err
}

// Activate takes the mark off a host.
func Activate(ctx context.Context, env *Env, host string) error {
	engine, err := env.engineOf(host)
	if err != nil {
		return err
	}
	if err := engine.RemoveVolume(ctx, drainMark); !errors.Is(err, hosts.ErrNotFound) {
		return err
	}
	return nil
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
