package project

import (
	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Project is a loaded project: compose-go's model, and what x-clocker adds.
type Project struct {
	*types.Project
	// Clocker is the project's x-clocker.
	Clocker Clocker
	// EnvFiles are the absolute paths of the env files that the user named, in
	// order; the default .env is not among them.
	EnvFiles []string
	// Separator stands between the parts of names: "-", or "_" as in former days.
	Separator string

	services map[string]ServiceClocker
	model    map[string]any // instead of Project's content where it isn't interpolated
	sources  sources
	// Fetched are the compose files that are from elsewhere.
	Fetched []Fetched

	warnings []string
}

// ServiceClocker is the x-clocker that holds for a service. The service's own
// location and list of strategies replace the project's.
func (p *Project) ServiceClocker(name string) ServiceClocker {
	own, ok := p.services[name]
	if !ok {
		return ServiceClocker{Location: p.Clocker.Location, Placement: p.Clocker.Placement, Build: p.Clocker.Build}
	}
	return own
}

// Warnings are sentences for the user, in the order in which they arose.
func (p *Project) Warnings() []string { return p.warnings }

// Strategies are the rules for a service in a location, the location's first.
func (p *Project) Strategies(service string, location hosts.Location) []hosts.Strategy {
	own := p.ServiceClocker(service).Placement.Strategies
	return append(append([]hosts.Strategy(nil), location.Strategies...), own...)
}
