package compose

import (
	"context"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// isGone tells that a machine isn't listed any more.
func (e *Env) isGone(ctx context.Context, l hosts.Location, m hosts.Machine) bool {
	return len(e.gone(ctx, l, []hosts.Machine{m})) > 0
}

// gone are the names of those of a location's machines that aren't listed any
// more. Of a cloud that doesn't answer nobody knows.
func (e *Env) gone(ctx context.Context, l hosts.Location, of []hosts.Machine) (names []string) {
	ctx, cancel := context.WithTimeout(ctx, l.ListTimeout())
	defer cancel()
	all, err := e.Machines.List(ctx, l)
	if err != nil {
		return nil
	}
	for _, m := range of {
		if !slices.ContainsFunc(all, func(o hosts.Machine) bool { return o.ID == m.ID && o.State != hosts.MachineDeleting }) {
			names = append(names, m.Name)
		}
	}
	return names
}

// observePresent is Observe without the hosts that don't answer because another
// run has deleted them since the pool was listed. Clouds are asked only where a
// host that they have made doesn't answer.
func observePresent(ctx context.Context, env *Env) (state.Snapshot, error) {
	s, err := Observe(ctx, env)
	if err != nil || !env.elastic() {
		return s, err
	}
	silent := map[string][]hosts.Machine{}
	for _, h := range s.Absent() {
		if h.Machine != nil {
			silent[h.Location] = append(silent[h.Location], *h.Machine)
		}
	}
	for _, l := range env.Machines.Locations() {
		if len(silent[l.Name]) == 0 {
			continue
		}
		gone := env.gone(ctx, l, silent[l.Name])
		s.Observations = slices.DeleteFunc(s.Observations, func(o hosts.Observation) bool { return slices.Contains(gone, o.Host.Name) })
		env.setPool(slices.DeleteFunc(slices.Clone(env.Pool), func(h hosts.Host) bool { return slices.Contains(gone, h.Name) }))
	}
	return s, ctx.Err()
}
