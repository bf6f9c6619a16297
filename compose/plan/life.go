package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// LifeRequest is what the plans of start, stop, restart, rm, kill, pause and
// unpause depend on. They create nothing, so that labels tell enough.
type LifeRequest struct {
	Project string
	State   state.Snapshot
	// Model is the loaded project. Nil takes the services and what they depend
	// on from labels.
	Model *project.Project
	// Services limits it to these; none is all.
	Services []string
	// Timeout of stopping a container; nil is its own.
	Timeout *time.Duration
	// Signal of Kill; "" is KILL.
	Signal string
	// Orphans lets Kill reach the services that the model doesn't have.
	Orphans bool
	// NoDeps keeps Restart from what depends on the services.
	NoDeps bool
	// Wait lets Start wait until all is running or healthy.
	Wait bool
	// Stop lets Remove stop what runs, instead of leaving it alone.
	Stop bool
	// Volumes lets Remove take the anonymous volumes along.
	Volumes bool
	// Environment is what containers of a host get whatever their service says,
	// by host; Credentials is what use_api_socket puts into a container.
	Environment map[string]map[string]string
	Credentials []byte
}

// life is the work sheet of such a plan.
type life struct {
	LifeRequest
	*graph
	plan *Plan

	// containers are the replicas of each service, relations what it depends on.
	containers map[string][]state.Container
	relations  map[string][]relation
	// order has each service behind those it depends on; circles are cut.
	order []string
}

// relation is one service's dependency on another.
type relation struct {
	service, condition string
	restart, required  bool
}

func newLife(r LifeRequest) *life {
	l := &life{
		LifeRequest: r, graph: newGraph(), plan: &Plan{Project: r.Project},
		containers: map[string][]state.Container{}, relations: map[string][]relation{},
	}
	for _, c := range r.State.Project(r.Project) {
		if !c.Oneoff() && c.Service() != "" && l.known(c.Service()) {
			l.containers[c.Service()] = append(l.containers[c.Service()], c)
		}
	}
	l.relate()
	l.sort()
	for _, h := range r.State.Absent() {
		l.plan.Warnings = append(l.plan.Warnings, "host "+h.Name+" doesn't answer: "+h.Status.Reason+"; what it runs of "+r.Project+" is left as it is")
	}
	return l
}

// known services are the model's enabled ones and those that are named, or all
// where there is no model.
func (l *life) known(service string) bool {
	if l.Model == nil {
		return true
	}
	_, enabled := l.Model.Services[service]
	_, disabled := l.Model.DisabledServices[service]
	return enabled || disabled && slices.Contains(l.Services, service)
}

// relate reads what each service depends on: from the files, else from labels.
func (l *life) relate() {
	if l.Model == nil {
		for service, containers := range l.containers {
			l.relations[service] = labelled(containers[0].Labels)
		}
		return
	}
	for name, s := range l.Model.AllServices() {
		if !l.known(name) {
			continue
		}
		for _, on := range s.GetDependencies() {
			d, declared := s.DependsOn[on]
			if !l.known(on) {
				continue // optional, or nothing would have loaded
			}
			l.relations[name] = append(l.relations[name], relation{on, d.Condition, d.Restart, d.Required || !declared})
		}
		slices.SortFunc(l.relations[name], func(a, b relation) int { return strings.Compare(a.service, b.service) })
	}
}

// labelled reads the label "db:service_healthy:true,cache:service_started:false",
// whose last part is the dependency's `restart`.
func labelled(labels map[string]string) []relation {
	var all []relation
	for entry := range strings.SplitSeq(labels[hosts.LabelDependsOn], ",") {
		parts := append(strings.Split(entry, ":"), "", "")
		if parts[0] != "" {
			all = append(all, relation{service: parts[0], condition: parts[1], restart: parts[2] == "true", required: true})
		}
	}
	return all
}

// sort puts services behind what they depend on. Labels may lie: a circle is
// cut where it is met, since steps that wait for each other would never end.
func (l *life) sort() {
	seen := map[string]bool{}
	var visit func(service string)
	visit = func(service string) {
		if seen[service] {
			return
		}
		seen[service] = true
		for _, on := range l.relations[service] {
			visit(on.service)
		}
		l.order = append(l.order, service)
	}
	for _, service := range sortedKeys(l.relations) {
		visit(service)
	}
	for _, service := range sortedKeys(l.containers) {
		visit(service)
	}
}

// before are the relations of a service that the order respects.
func (l *life) before(service string) []relation {
	at := slices.Index(l.order, service)
	return slices.DeleteFunc(slices.Clone(l.relations[service]), func(r relation) bool {
		return slices.Index(l.order, r.service) >= at
	})
}

// chosen tells whether the user named the service, or none at all.
func (l *life) chosen(service string) bool {
	return len(l.Services) == 0 || slices.Contains(l.Services, service)
}

// spread adds to the chosen services whatever reach leads to from them.
func (l *life) spread(reach func(service string) []string) map[string]bool {
	reached := map[string]bool{}
	var visit func(service string)
	visit = func(service string) {
		if reached[service] {
			return
		}
		reached[service] = true
		for _, next := range reach(service) {
			visit(next)
		}
	}
	for _, service := range l.order {
		if l.chosen(service) {
			visit(service)
		}
	}
	return reached
}

// checkServices refuses a service that nobody knows of.
func (l *life) checkServices() error {
	for _, name := range l.Services {
		if !slices.Contains(l.order, name) && (l.Model == nil || !l.known(name)) {
			return fmt.Errorf("no such service: %s", name)
		}
	}
	return nil
}

// done is the finished plan.
func (l *life) done() *Plan {
	l.plan.Steps = l.sorted()
	var all []state.Container
	for _, containers := range l.containers {
		all = append(all, containers...)
	}
	hooked(l.plan.Steps, l.Model, all)
	return l.plan
}
