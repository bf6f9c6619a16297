package compose

import (
	"context"
	"fmt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// DiscardHost deletes a machine with all that is on it, whether it answers or
// not. Its peers forget it where they can.
func DiscardHost(ctx context.Context, env *Env, l hosts.Location, m hosts.Machine) error {
	h := env.Machines.Host(l, m)
	if m.State == hosts.MachineRunning {
		if seen := env.observeHost(ctx, h, everything); seen.Host.Status.Ready {
			if err := env.leaveFabric(ctx, h); err != nil {
				env.warn([]string{fmt.Sprintf("host %s: %v", m.Name, err)})
			}
		}
	}
	return env.Machines.Delete(ctx, l, m)
}
