package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/scheduler"
)

// exhausted tells that a provider makes no more machines for now. That is found
// out half way, when others are made already: what fits on them is to run.
func (u *up) exhausted() bool {
	return slices.ContainsFunc(u.Fleets, func(f Fleet) bool { return f.Full != "" })
}

// leaveOut goes on without the replicas that fit nowhere, and without those of
// services that depend on one of which there is none.
func (u *up) leaveOut(decisions []scheduler.Decision, err error) []scheduler.Decision {
	u.plan.LeftOut = append(u.ceilings(decisions), strings.Split(err.Error(), "\n")...)
	placed := map[string]bool{}
	lacking := map[string]bool{} // by name of replica
	for _, d := range decisions {
		placed[d.Task.Service] = placed[d.Task.Service] || d.Host != ""
		lacking[d.Task.Name] = d.Host == ""
	}
	for _, s := range u.services { // dependencies first
		for _, dep := range u.dependencies(s) {
			there, wanted := placed[dep]
			if wanted && !there && s.DependsOn[dep].Required && placed[s.Name] {
				placed[s.Name] = false
				u.plan.LeftOut = append(u.plan.LeftOut, fmt.Sprintf("service %s waits for %s", s.Name, dep))
			}
		}
	}
	out := func(service, name string, runs bool) bool { return lacking[name] || !placed[service] && !runs }
	u.replicas = slices.DeleteFunc(u.replicas, func(r *replica) bool {
		return !r.done && out(r.service.Name, u.task(r).Name, r.current != nil)
	})
	return slices.DeleteFunc(decisions, func(d scheduler.Decision) bool { return out(d.Task.Service, d.Task.Name, d.Task.Current != "") })
}

// atCeiling adds to an error of placement why there are no more hosts.
func (u *up) atCeiling(decisions []scheduler.Decision, err error) error {
	for _, why := range u.ceilings(decisions) {
		err = errors.Join(err, errors.New(why))
	}
	return err
}
