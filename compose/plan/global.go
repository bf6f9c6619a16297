package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// global services have one replica on each host.
func global(s types.ServiceConfig) bool {
	return s.Deploy != nil && (s.Deploy.Mode == "global" || s.Deploy.Mode == "global-job")
}

// wantGlobal wants one replica on each host that the rules allow. What is there
// of the services that are brought up doesn't count: it is yet to be decided.
func (u *up) wantGlobal(s types.ServiceConfig, existing []state.Container) error {
	pool := u.candidates(u.undecided())
	if u.follows(s) {
		u.foresee(pool)
	}
	eligible, _, err := scheduler.Eligible(u.task(&replica{service: s}), pool)
	if err != nil {
		return cmp.Or(u.unmet(pool), err)
	}
	if len(eligible) > 1 && s.ContainerName != "" {
		return fmt.Errorf("service %s: Docker requires each container to have a unique name; remove the container_name %q to run it on all %d hosts", s.Name, s.ContainerName, len(eligible))
	}
	byHost, next := map[string]*state.Container{}, nextNumber(existing)
	for _, c := range u.byWorth(s, existing) {
		if !slices.Contains(eligible, c.Host) && u.finished(s, c) {
			continue
		}
		if byHost[c.Host] != nil || !slices.Contains(eligible, c.Host) {
			u.surplus = append(u.surplus, surplus{c, ReasonScaleDown})
			continue
		}
		byHost[c.Host] = &c
	}
	for _, h := range eligible {
		if c := byHost[h]; c != nil {
			u.want(s, c.Number(), c).only = h
			continue
		}
		if u.MovesOnly {
			continue
		}
		u.want(s, next, nil).only = h
		next++
	}
	return nil
}

// undecided are the containers of all services that are brought up.
func (u *up) undecided() []state.Container {
	var all []state.Container
	for _, s := range u.services {
		all = append(all, u.existing[s.Name]...)
	}
	return all
}

// follows tells global services that want to be where others are, and so wait
// until it is known where that is.
func (u *up) follows(s types.ServiceConfig) bool {
	return global(s) && slices.ContainsFunc(u.Project.ServiceClocker(s.Name).Placement.Strategies, scheduler.NewCatalog().Wants)
}

// wantFollowers comes after all other services.
func (u *up) wantFollowers(followers []types.ServiceConfig) error {
	if len(followers) == 0 {
		return nil
	}
	for _, s := range followers {
		if err := u.wantService(s); err != nil {
			return err
		}
	}
	place := map[string]int{}
	for i, s := range u.services {
		place[s.Name] = i
	}
	slices.SortStableFunc(u.replicas, func(a, b *replica) int {
		return cmp.Or(cmp.Compare(place[a.service.Name], place[b.service.Name]), cmp.Compare(a.number, b.number))
	})
	return nil
}

// foresee adds to the pool the replicas that are wanted so far, where they will
// be placed. What fits nowhere is left out; placing all will say so.
func (u *up) foresee(pool []scheduler.Candidate) {
	var tasks []scheduler.Task
	for _, r := range u.replicas {
		if !r.done {
			tasks = append(tasks, u.task(r))
		}
	}
	decisions, _ := scheduler.Place(tasks, pool)
	for _, d := range decisions {
		i := slices.IndexFunc(pool, func(c scheduler.Candidate) bool { return c.Host.Name == d.Host })
		if i < 0 {
			continue
		}
		c := &pool[i]
		c.Containers++
		c.Replicas[d.Task.Project+"/"+d.Task.Service]++
		c.Reserved, c.Devices = c.Reserved.Add(d.Task.Needs), c.Devices.Add(d.Task.Devices)
		c.Ports = append(c.Ports, d.Task.Ports...)
	}
}
