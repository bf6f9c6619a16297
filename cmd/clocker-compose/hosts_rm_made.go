package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// deleteMade deletes a host that a provider made; made is false where there is
// none of that name.
func (o hostsRmOptions) deleteMade(ctx context.Context, s *session, name string) (made bool, err error) {
	locations, err := s.allLocations(s.declaring(ctx))
	if err != nil {
		return true, err
	}
	known := s.allKnown(ctx, locations)
	i := slices.IndexFunc(known, func(h hosts.Host) bool { return h.Name == name && h.Machine != nil })
	if i < 0 {
		return false, nil
	}
	if s.root.dryRun {
		fmt.Fprintf(s.out, "would delete %s\n", name)
		return true, nil
	}
	s.show("hosts rm")
	env, err := s.machineEnvironment(ctx, locations)
	if err == nil {
		err = o.deleteMachine(ctx, env, known[i])
	}
	if err != nil {
		return true, err
	}
	s.renderer.Flush()
	fmt.Fprintf(s.out, "deleted %s\n", name)
	return true, nil
}

func (o hostsRmOptions) deleteMachine(ctx context.Context, env *compose.Env, h hosts.Host) error {
	l := env.Locations[h.Location]
	if o.force {
		return compose.DiscardHost(ctx, env, l, *h.Machine)
	}
	if why := reachable(h); why != nil {
		return fmt.Errorf("host %s: %w, so what is on it isn't known; delete it all the same with --force", h.Name, why)
	}
	err := compose.DeleteHost(ctx, env, l, h.Name)
	switch {
	case errors.Is(err, compose.ErrOccupied):
		return fmt.Errorf("%w; `hosts drain %s` moves replicas away, and --force deletes the host with all that is on it", err, h.Name)
	case errors.Is(err, hosts.ErrUnreachable), errors.Is(err, hosts.ErrNoEngine):
		return fmt.Errorf("%w; what is on it isn't known: delete it all the same with --force", err)
	}
	return err
}
