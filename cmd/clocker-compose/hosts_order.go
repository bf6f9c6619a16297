package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// hostOrder is what hosts of a location are made and deleted through, and an
// order of none yet.
func (s *session) hostOrder(ctx context.Context, location string) (*compose.Env, compose.HostOrder, error) {
	locations, err := s.allLocations(s.declaring(ctx))
	if err != nil {
		return nil, compose.HostOrder{}, err
	}
	l, ok := locations[location]
	switch {
	case !ok:
		return nil, compose.HostOrder{}, fmt.Errorf("there is no location %q; locations stand under x-clocker.locations or in %s", location, s.configFile())
	case l.Provider == "":
		return nil, compose.HostOrder{}, fmt.Errorf("location %s has no provider, so its hosts can't be made or deleted; `%s hosts add` adds one that exists", location, s.program)
	}
	env, err := s.machineEnvironment(ctx, locations)
	if err != nil {
		return nil, compose.HostOrder{}, err
	}
	if err := s.listed(env, location); err != nil {
		return nil, compose.HostOrder{}, err
	}
	taken := map[string]bool{}
	for _, h := range env.Pool {
		taken[h.Name] = h.Machine == nil || h.Location != location // its own are listed anew
	}
	return env, compose.HostOrder{Location: l, Taken: taken}, nil
}

// listed is an error where the machines of a location aren't known; that those of
// others aren't is told.
func (s *session) listed(env *compose.Env, location string) error {
	for _, err := range env.Unlisted {
		if u, ok := errors.AsType[*unlisted](err); ok && u.location == location {
			return err
		}
	}
	s.warnUnlisted(env.Unlisted)
	return nil
}

// machineEnvironment is for making and deleting hosts, whatever runs on them:
// its pool are all hosts that are declared or made and run.
func (s *session) machineEnvironment(ctx context.Context, locations map[string]hosts.Location) (*compose.Env, error) {
	m := s.machines(slices.Collect(maps.Values(locations)))
	made, unknown := s.made(ctx, m)
	awake, _ := apart(made)
	f, err := s.wiring.fabric(fabricOptions{
		connect: s.connections.connect,
		keyFile: filepath.Join(filepath.Dir(s.configFile()), "key"),
	})
	if err != nil {
		return nil, err
	}
	env := s.plainEnvironment(byName(append(allHosts(locations), awake...)))
	env.Machines, env.Fabric, env.Events, env.Warn, env.Locations, env.Unlisted = m, f, s.events(ctx), s.warn, locations, unknown
	if terminal.Is(s.in) {
		env.Confirm = s.confirm
	}
	return env, nil
}
