package plan

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Start plans to start the containers that there are of the services, and of
// what they depend on, each after its dependencies are as their conditions say.
// A service that should have a container and has none is an error.
func Start(r LifeRequest) (*Plan, error) {
	l := newLife(r)
	if l.Model == nil && len(l.containers) == 0 && len(l.State.Absent()) == 0 {
		return nil, fmt.Errorf("no container found for project %q: not found", l.Project)
	}
	if err := l.checkServices(); err != nil {
		return nil, err
	}
	wanted := l.spread(l.needs)
	last := map[string]string{} // the start of each container, by its ID
	for _, service := range l.order {
		if !wanted[service] {
			continue
		}
		if err := l.mayLack(service); err != nil {
			return nil, err
		}
		if err := l.startService(service, last); err != nil {
			return nil, err
		}
	}
	if l.Wait {
		l.awaitAll(wanted, last)
	}
	return l.done(), nil
}

// startService adds the steps that start what doesn't run of a service, after
// its hooks have prepared it, and notes them in started.
func (l *life) startService(service string, started map[string]string) error {
	var idle []state.Container
	for _, c := range l.containers[service] {
		if c.State != hosts.Running && c.State != hosts.Restarting {
			idle = append(idle, c)
		}
	}
	if len(idle) == 0 {
		return nil
	}
	after := l.conditions(service, started)
	if len(idle) == len(l.containers[service]) {
		prepared, err := l.runHooks(service, idle[0], after)
		if err != nil {
			return err
		}
		after = append(after, prepared)
	}
	for _, c := range idle {
		files, err := l.files(c)
		if err != nil {
			return err
		}
		started[c.ID] = l.add(c.Host, StartContainer{Container: c.ID, Name: c.Name, Service: service, Files: files}, ReasonAsked, after...)
	}
	return nil
}

// needs are the services that a service can't do without.
func (l *life) needs(service string) []string {
	var names []string
	for _, on := range l.relations[service] {
		if on.required || len(l.containers[on.service]) > 0 {
			names = append(names, on.service)
		}
	}
	return names
}

// mayLack is an error where a service has no container, and should.
func (l *life) mayLack(service string) error {
	if len(l.containers[service]) > 0 || len(l.State.Absent()) > 0 {
		return nil
	}
	if l.Model != nil {
		if s, ok := l.Model.Services[service]; ok && s.GetScale() == 0 {
			return nil
		}
	}
	return fmt.Errorf("service %q has no container to start", service)
}

// conditions are the steps after which what a service depends on is as it should be.
func (l *life) conditions(service string, started map[string]string) []string {
	var after []string
	for _, on := range l.before(service) {
		for _, c := range l.containers[on.service] {
			after = append(after, l.condition(c, on, started[c.ID]))
		}
	}
	return after
}

// condition is the step after which one container is as a dependency wants it;
// begun is the one that starts it, "" where it runs already.
func (l *life) condition(c state.Container, on relation, begun string) string {
	if on.condition != types.ServiceConditionHealthy && on.condition != types.ServiceConditionCompletedSuccessfully {
		return begun
	}
	return l.add(c.Host, AwaitContainer{
		Container: c.ID, Name: c.Name, Service: on.service, Condition: on.condition, Required: on.required,
	}, ReasonDependency, begun)
}

// awaitAll waits for each container of the services.
func (l *life) awaitAll(services map[string]bool, started map[string]string) {
	for _, service := range l.order {
		if !services[service] {
			continue
		}
		for _, c := range l.containers[service] {
			l.add(c.Host, AwaitContainer{
				Container: c.ID, Name: c.Name, Service: service, Condition: l.waitCondition(service), Required: true,
			}, ReasonDependency, started[c.ID])
		}
	}
}

// waitCondition is what --wait waits for: that a service has done its work,
// where another one depends on that, and else that it runs.
func (l *life) waitCondition(service string) string {
	for _, relations := range l.relations {
		if slices.ContainsFunc(relations, func(r relation) bool {
			return r.service == service && r.condition == types.ServiceConditionCompletedSuccessfully
		}) {
			return types.ServiceConditionCompletedSuccessfully
		}
	}
	return conditionWait
}

// Restart plans to stop and start containers, and with those of a service the
// ones that depend on it and say `restart: true`, each after what it depends on.
func Restart(r LifeRequest) (*Plan, error) {
	l := newLife(r)
	if err := l.checkServices(); err != nil {
		return nil, err
	}
	wanted := l.spread(func(service string) []string {
		if l.NoDeps {
			return nil
		}
		return l.restartedWith(service)
	})
	begun := map[string]string{}
	for _, service := range l.order {
		if !wanted[service] {
			continue
		}
		var after []string
		for _, on := range l.before(service) {
			for _, c := range l.containers[on.service] {
				if on.restart && wanted[on.service] && !l.NoDeps {
					after = append(after, l.condition(c, on, begun[c.ID]))
				}
			}
		}
		for _, c := range l.containers[service] {
			files, err := l.files(c)
			if err != nil {
				files = nil // what was put in when it was created is still there
			}
			begun[c.ID] = l.add(c.Host, RestartContainer{
				ID: c.ID, Name: c.Name, Service: service, Timeout: l.Timeout, Files: files,
			}, ReasonAsked, after...)
		}
	}
	return l.done(), nil
}

// restartedWith are the services that say that they restart along with one.
func (l *life) restartedWith(service string) []string {
	var names []string
	for _, name := range l.order {
		for _, on := range l.relations[name] {
			if on.service == service && on.restart {
				names = append(names, name)
			}
		}
	}
	return names
}
