package compose

import (
	"context"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Simulate tells what Up would do on the hosts of a snapshot, wherever that
// comes from. It talks to no engine.
func Simulate(ctx context.Context, env *Env, p *project.Project, o UpOptions, s state.Snapshot) (*plan.Plan, error) {
	simulated := *env
	simulated.Pool = nil
	for _, seen := range s.Observations {
		simulated.Pool = append(simulated.Pool, seen.Host)
	}
	simulated.Fabric, simulated.Machines = nil, nil
	request, err := requestOn(ctx, &simulated, p, o, s)
	if err != nil {
		return nil, err
	}
	for _, seen := range s.Observations {
		request.Joined[seen.Host.Name] = slices.Contains(seen.Host.Drivers, hosts.FabricDriver)
	}
	return plan.Up(request)
}
