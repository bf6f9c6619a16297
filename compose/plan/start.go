package plan

import "github.com/compose-spec/compose-go/v2/types"

// startContainers adds the steps that start what doesn't run, each after the
// services it depends on are as its condition says.
func (u *up) startContainers() error {
	if u.NoStart {
		return nil
	}
	by := u.byService()
	for _, r := range u.replicas {
		if r.running() && !r.interrupted {
			continue
		}
		after := append(u.conditions(r, by), r.created, r.stopped)
		start := StartContainer{Container: r.name, Name: r.name, Service: r.service.Name}
		why := ReasonMissing
		switch {
		case r.kept():
			start.Container, start.Files, why = r.current.ID, r.spec.Files, ReasonStopped
		case r.current != nil:
			why = r.recreate
		}
		r.started = u.add(r.host, start, why, after...)
	}
	if u.Wait {
		for _, r := range u.replicas {
			u.await(r, conditionWait, true)
		}
	}
	return nil
}

// conditionWait is what --wait waits for: healthy where there is a healthcheck, else running.
const conditionWait = "running_or_healthy"

// conditions are the steps after which a replica's dependencies are met.
func (u *up) conditions(r *replica, by map[string][]*replica) []string {
	var after []string
	for _, name := range u.dependencies(r.service) {
		dep, declared := r.service.DependsOn[name]
		if !declared {
			dep = types.ServiceDependency{Condition: types.ServiceConditionStarted, Required: true}
		}
		for _, on := range by[name] {
			after = append(after, u.condition(on, dep))
		}
	}
	return after
}

// condition is the step after which one replica meets a dependency, "" where it does already.
func (u *up) condition(on *replica, dep types.ServiceDependency) string {
	switch dep.Condition {
	case types.ServiceConditionHealthy:
		if on.running() && !on.interrupted && on.current.Health == "healthy" {
			return ""
		}
		return u.await(on, dep.Condition, dep.Required)
	case types.ServiceConditionCompletedSuccessfully:
		return u.await(on, dep.Condition, dep.Required)
	}
	return on.started
}

func (u *up) await(on *replica, condition string, required bool) string {
	return u.add(on.host, AwaitContainer{
		Container: on.reference(), Name: on.name, Service: on.service.Name, Condition: condition, Required: required,
	}, ReasonDependency, on.started)
}
