package project

import (
	"fmt"
	"maps"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// checkNeighbours reports rules that speak of services which the files don't have.
func (p *Project) checkNeighbours(d *decoder, at path, declared declaredPlacement) {
	if d.catalog == nil {
		return
	}
	at = at.key("placement")
	d.checkServices(at.key("affinity"), declared.Affinity, p.allServiceNames())
	for i, s := range declared.Strategies {
		if rules := texts(s.Value); s.Name == "affinity" {
			d.checkServices(at.key("strategies").element(i, map[string]any{s.Name: s.Value}).key(s.Name), rules, p.allServiceNames())
		}
	}
}

// allServiceNames are the names of all services, disabled ones included, sorted.
func (p *Project) allServiceNames() []string { return slices.Sorted(maps.Keys(p.AllServices())) }

// checkServices checks the services that rules of affinity name, each rule at
// its place in the list.
func (d *decoder) checkServices(at path, rules, known []string) {
	for i, rule := range rules {
		for _, service := range d.catalog.Services(hosts.Strategy{Name: "affinity", Value: rule}) {
			if !slices.Contains(known, service) {
				d.problem(at.element(i, rule), "%s", unknownService(service, known))
			}
		}
	}
}

// texts are a string, or those of a list.
func texts(v any) []string {
	if s, ok := v.(string); ok {
		return []string{s}
	}
	var all []string
	list, _ := v.([]any)
	for _, e := range list {
		s, _ := e.(string)
		all = append(all, s)
	}
	return all
}

func unknownService(name string, known []string) string {
	return fmt.Sprintf("there is no service %q%s", name, suggest(name, known))
}
