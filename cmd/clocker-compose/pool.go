package main

import (
	"context"
	"maps"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/machines"
)

// pool is what a project may use.
type pool struct {
	hosts []hosts.Host
	// idle are those whose machines don't run.
	idle []hosts.Host
	// locations are all that are declared, by name.
	locations map[string]hosts.Location
	// machines are those of the pool's locations, and unlisted why those of some
	// aren't known.
	machines *machines.Machines
	unlisted []error
}

// pool finds the hosts that a project may use, those included that were made; p
// may be nil.
func (s *session) pool(ctx context.Context, p *project.Project) (pool, error) {
	config, err := s.config()
	if err != nil {
		return pool{}, err
	}
	current, _, err := s.currentEndpoint()
	if err != nil {
		return pool{}, err
	}
	found := pool{}
	if found.locations, err = s.allLocations(p); err != nil {
		return pool{}, err
	}
	used, err := project.Locations(p, config, s.root.location)
	if err != nil {
		return pool{}, err
	}
	found.machines = s.machines(used)
	var made []hosts.Host
	made, found.unlisted = s.made(ctx, found.machines)
	awake, idle := apart(made)
	found.idle = idle
	found.hosts, err = project.Pool(p, config, s.root.location, current, awake...)
	return found, err
}

// allLocations are all that are declared, by name: the config file's, and the
// project's, which win.
func (s *session) allLocations(p *project.Project) (map[string]hosts.Location, error) {
	config, err := s.config()
	if err != nil {
		return nil, err
	}
	all := map[string]hosts.Location{}
	maps.Copy(all, config.Locations)
	if p != nil {
		maps.Copy(all, p.Clocker.Locations)
	}
	return all, nil
}

// made are the hosts that were made, as far as their clouds answer, and why those
// of the others aren't known, for the caller to tell.
func (s *session) made(ctx context.Context, m *machines.Machines) (all []hosts.Host, unlisted []error) {
	for _, seen := range m.Hosts(ctx) {
		all = append(all, seen.Hosts...)
		for _, err := range seen.Distrusted {
			s.warn(err.Error())
		}
		if seen.Err != nil {
			unlisted = append(unlisted, seen.Err)
		}
	}
	return all, unlisted
}

// warnUnlisted tells of locations whose machines aren't known, where that is no
// reason to end.
func (s *session) warnUnlisted(unlisted []error) {
	for _, err := range unlisted {
		s.warn(err.Error() + "; its machines aren't known")
	}
}

// apart parts hosts into those whose machines run, as far as their cloud knows,
// and the others.
func apart(made []hosts.Host) (awake, idle []hosts.Host) {
	for _, h := range made {
		if h.Machine.State == hosts.MachineRunning {
			awake = append(awake, h)
		} else {
			idle = append(idle, h)
		}
	}
	return awake, idle
}
