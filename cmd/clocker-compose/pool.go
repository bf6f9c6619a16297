package main

import (
	"context"
	"errors"
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

// unlisted is why the machines of a location aren't known.
type unlisted struct {
	location string
	error
}

func (u *unlisted) Unwrap() error { return u.error }

// made are the hosts that were made, as far as their clouds answer, and why those
// of the others aren't known, each an [unlisted] for the caller to tell.
func (s *session) made(ctx context.Context, m *machines.Machines) (all []hosts.Host, unknown []error) {
	for _, seen := range m.Hosts(ctx) {
		name := seen.Location.Name
		if seen.Err != nil {
			unknown = append(unknown, &unlisted{name, seen.Err})
			continue
		}
		all = append(all, seen.Hosts...)
		var distrusted []string
		for _, err := range seen.Distrusted {
			distrusted = append(distrusted, err.Error())
		}
		s.notice("host keys of "+name, distrusted...)
		s.notice("list of " + name)
	}
	return all, unknown
}

// warnUnlisted tells of locations whose machines aren't known, where that is no
// reason to end.
func (s *session) warnUnlisted(unknown []error) {
	for _, err := range unknown {
		subject := ""
		if u, ok := errors.AsType[*unlisted](err); ok {
			subject = "list of " + u.location
		}
		s.notice(subject, err.Error()+"; its machines aren't known")
	}
}

// notice warns of what is so of a subject by now, and wasn't before.
func (s *session) notice(subject string, now ...string) {
	for _, sentence := range s.notices.fresh(subject, now) {
		s.warn(sentence)
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
