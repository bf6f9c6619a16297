package plan

import (
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Stop plans to stop containers, each after those whose services depend on its
// own, and removes nothing.
func Stop(r LifeRequest) (*Plan, error) {
	l := newLife(r)
	l.stopAll()
	return l.done(), nil
}

// stopAll returns the steps that stop containers, by container ID.
func (l *life) stopAll() map[string]string {
	stopped := map[string]string{}
	for _, service := range slices.Backward(l.order) {
		if !l.chosen(service) {
			continue
		}
		var after []string
		for _, other := range l.dependents(service) {
			for _, c := range l.containers[other] {
				after = append(after, stopped[c.ID])
			}
		}
		for _, c := range l.containers[service] {
			stopped[c.ID] = l.add(c.Host, StopContainer{ID: c.ID, Name: c.Name, Timeout: l.Timeout}, ReasonAsked, after...)
		}
	}
	return stopped
}

// dependents are the services that depend on one, directly or by way of others.
func (l *life) dependents(service string) []string {
	reached := map[string]bool{service: true}
	var names []string
	for _, name := range l.order[slices.Index(l.order, service)+1:] {
		for _, on := range l.before(name) {
			if reached[on.service] && !reached[name] {
				reached[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

// Remove plans to remove the containers that don't run; with Stop, it stops
// those that do before.
func Remove(r LifeRequest) (*Plan, error) {
	l := newLife(r)
	stopped := map[string]string{}
	if l.Stop {
		stopped = l.stopAll()
	}
	for _, service := range l.order {
		for _, c := range l.containers[service] {
			if l.chosen(service) && (l.Stop || !alive(c.State)) {
				l.add(c.Host, RemoveContainer{ID: c.ID, Name: c.Name, Volumes: l.Volumes}, ReasonAsked, stopped[c.ID])
			}
		}
	}
	return l.done(), nil
}

// Kill plans to send a signal to what runs, one-off containers included.
func Kill(r LifeRequest) (*Plan, error) {
	l := newLife(r)
	for _, c := range l.running(true) {
		l.add(c.Host, KillContainer{ID: c.ID, Name: c.Name, Signal: l.Signal}, ReasonAsked)
	}
	return l.done(), nil
}

// Pause plans to freeze what runs.
func Pause(r LifeRequest) (*Plan, error) {
	l := newLife(r)
	for _, c := range l.running(false) {
		l.add(c.Host, PauseContainer{ID: c.ID, Name: c.Name}, ReasonAsked)
	}
	return l.done(), nil
}

// Unpause plans to let what runs, and is paused, go on.
func Unpause(r LifeRequest) (*Plan, error) {
	l := newLife(r)
	for _, c := range l.running(false) {
		l.add(c.Host, UnpauseContainer{ID: c.ID, Name: c.Name}, ReasonAsked)
	}
	return l.done(), nil
}

// running are the chosen services' containers that have a process.
func (l *life) running(oneoffs bool) []state.Container {
	return slices.DeleteFunc(l.State.Project(l.Project), func(c state.Container) bool {
		switch {
		case !alive(c.State), c.Service() == "", c.Oneoff() && !oneoffs:
			return true
		case c.State == hosts.Restarting && !oneoffs:
			return true // it has no process that could be paused
		case !l.known(c.Service()) && !l.Orphans:
			return true
		}
		return !l.chosen(c.Service())
	})
}
