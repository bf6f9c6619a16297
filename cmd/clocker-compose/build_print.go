package main

import (
	"maps"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// printBuilds writes the builds of a project as a file for bake.
func (s *session) printBuilds(p *project.Project, o buildOptions) error {
	services := o.Services
	if len(services) == 0 || o.Dependencies {
		services = slices.Collect(maps.Keys(p.Services))
	}
	text, err := container.Bake(p, services, o.Build)
	if err != nil {
		return err
	}
	if len(text) == 0 {
		s.warn("No services to build")
	}
	_, err = s.out.Write(text)
	return err
}
