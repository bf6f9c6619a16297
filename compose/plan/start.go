package plan

import (
	"cmp"

	"github.com/compose-spec/compose-go/v2/types"
)

// startContainers adds the steps that start what doesn't run, each after the
// services it depends on are as its condition says.
func (u *up) startContainers() error {
	by := u.byService()
	prepared := map[string]string{}
	for _, r := range u.replicas {
		if r.oneoff {
			u.meetConditions(r, by)
			continue
		}
		if _, done := prepared[r.service.Name]; !done {
			last, err := u.runHooks(r.service, by)
			if err != nil {
				return err
			}
			prepared[r.service.Name] = last
		}
		if wasRunning := r.running(); wasRunning && r.pause == "" || u.NoStart && !wasRunning || r.pause == "" && u.onlyMoves(r) {
			continue
		}
		u.start(r, by)
		u.follow(r.started, prepared[r.service.Name])
	}
	if u.Wait && !u.NoStart {
		for _, r := range u.replicas {
			if r.oneoff {
				continue
			}
			u.awaitRunning(r)
		}
	}
	return nil
}

func (u *up) start(r *replica, by map[string][]*replica) {
	start := StartContainer{Container: r.name, Name: r.name, Service: r.service.Name}
	why := ReasonMissing
	switch {
	case r.kept():
		start.Container, start.Files = r.current.ID, r.spec.Files
		why = cmp.Or(r.pause, ReasonStopped)
	case r.current != nil:
		why = r.recreate
	}
	after := append(u.conditions(r, by), r.created)
	if !r.overlaps {
		after = append(after, r.stopping, r.gone)
	}
	for _, path := range u.mountedPaths(r) {
		after = append(after, u.ships[[2]string{r.host, path}])
	}
	r.started = u.add(r.host, start, why, after...)
}

// awaitRunning waits for a replica, unless it is known to be well.
func (u *up) awaitRunning(r *replica) {
	if r.running() && r.pause == "" && (r.current.Health == "healthy" || r.current.Health == "") {
		return
	}
	u.await(r, u.waitCondition(r.service.Name), true)
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
	switch {
	case dep.Condition == types.ServiceConditionHealthy && on.running() && on.pause == "" && on.current.Health == "healthy":
		return ""
	case dep.Condition == types.ServiceConditionHealthy, dep.Condition == types.ServiceConditionCompletedSuccessfully:
		return u.await(on, dep.Condition, dep.Required)
	case on.started != "" && !dep.Required:
		return u.await(on, types.ServiceConditionStarted, false) // which forgives a failure
	}
	return on.started
}

func (u *up) await(on *replica, condition string, required bool) string {
	return u.add(on.host, AwaitContainer{
		Container: on.reference(), Name: on.name, Service: on.service.Name, Condition: condition, Required: required,
	}, ReasonDependency, on.started)
}

// waitCondition is what --wait waits for: that a service has done its work,
// where it is a job or another one depends on that, and else that it runs.
func (u *up) waitCondition(service string) string {
	if s, known := u.Project.Services[service]; known && job(s) {
		return types.ServiceConditionCompletedSuccessfully
	}
	for _, s := range u.services {
		if s.DependsOn[service].Condition == types.ServiceConditionCompletedSuccessfully {
			return types.ServiceConditionCompletedSuccessfully
		}
	}
	return conditionWait
}
