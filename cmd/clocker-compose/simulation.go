package main

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/invented"
)

// simulation is a pool that a plan is tried on.
type simulation struct {
	// invented are words for hosts that don't exist, file is a pool file.
	invented, file string
}

func (m simulation) wanted() bool { return m.invented != "" || m.file != "" }

// snapshot is the pool, with hosts in the locations that the project names.
func (m simulation) snapshot(s *session, p *project.Project, locations map[string]hosts.Location) (state.Snapshot, error) {
	var pool state.Snapshot
	if m.file != "" {
		var err error
		if pool, err = s.readPool(m.file); err != nil {
			return pool, err
		}
	}
	if m.invented == "" {
		return pool, nil
	}
	more, err := invented.Parse(m.invented)
	if err != nil {
		return pool, fmt.Errorf("--simulate: %w", err)
	}
	home := homeOf(p)
	for i := range more {
		h := &more[i]
		if pool.Host(h.Name) != nil {
			return pool, fmt.Errorf("--simulate: %s has a host %s already; give the new ones another name=", m.file, h.Name)
		}
		if h.Location == "" {
			h.Location = home
		}
		labels := maps.Clone(locations[h.Location].Labels)
		if labels == nil {
			labels = map[string]string{}
		}
		maps.Copy(labels, h.Labels)
		h.Labels = labels
	}
	return pool.With(more), nil
}

// homeOf is the location of invented hosts that name none: the first that the
// project or a service of it names.
func homeOf(p *project.Project) string {
	if len(p.Clocker.Location) > 0 {
		return p.Clocker.Location[0]
	}
	for _, service := range p.ServiceNames() {
		if named := p.ServiceClocker(service).Location; len(named) > 0 {
			return named[0]
		}
	}
	if declared := slices.Sorted(maps.Keys(p.Clocker.Locations)); len(declared) > 0 {
		return declared[0]
	}
	return ""
}

func (s *session) readPool(path string) (state.Snapshot, error) {
	in := s.in
	if path != "-" {
		f, err := os.Open(s.absolute(path))
		if err != nil {
			return state.Snapshot{}, fmt.Errorf("read pool: %w", err)
		}
		defer func() { _ = f.Close() }()
		in = f
	}
	pool, err := state.ReadPool(in)
	if err != nil {
		return pool, fmt.Errorf("read pool %s: %w", path, err)
	}
	return pool, nil
}
