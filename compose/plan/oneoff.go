package plan

import (
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
)

// oneoffService is the service of which a container of `run` is wanted.
func (u *up) oneoffService() (types.ServiceConfig, error) {
	name := u.Services[0]
	s, ok := u.Project.Services[name]
	if !ok {
		return s, fmt.Errorf("no such service: %s", name)
	}
	return s, nil
}

// concerns are the services that get a container: those that are brought up,
// and the one of `run`.
func (u *up) concerns() []types.ServiceConfig {
	if u.Oneoff == nil {
		return u.services
	}
	s, err := u.oneoffService()
	if err != nil {
		return u.services // selectServices has told
	}
	return append(slices.Clip(u.services), s)
}

// wantOneoff wants a container of `run`, which has no number and is never there
// already.
func (u *up) wantOneoff() error {
	if u.Oneoff == nil {
		return nil
	}
	s, err := u.oneoffService()
	if err != nil {
		return err
	}
	if u.waits(s) {
		return fmt.Errorf("service %s can't be run now: what it needs may be on a host that doesn't answer", s.Name)
	}
	name := container.OneoffName(u.Project, s.Name, *u.Oneoff)
	u.replicas = append(u.replicas, &replica{service: s, name: name, oneoff: true})
	return u.nameIsFree(name)
}

// nameIsFree refuses a name that a container of any host has: an engine knows
// the names of its own alone.
func (u *up) nameIsFree(name string) error {
	for _, o := range u.State.Observations {
		for _, c := range o.Containers {
			if c.Name == name {
				return fmt.Errorf("the container name %q is in use on host %s: remove or rename that container, or choose another name", name, o.Host.Name)
			}
		}
	}
	return nil
}

// meetConditions has a container of `run` created once all that it depends on is
// as it should be: it may be started as soon as it is there.
func (u *up) meetConditions(r *replica, by map[string][]*replica) {
	for _, id := range u.conditions(r, by) {
		u.follow(r.created, id)
	}
}
