package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// replica is one numbered container that is wanted.
type replica struct {
	service types.ServiceConfig
	number  int
	name    string
	// current is the container that there is already, nil for a new replica.
	current *state.Container
	// host is where it goes; recreate is why the current container can't stay,
	// "" where it can.
	host     string
	recreate Reason
	spec     hosts.ContainerSpec
	// only is the one host of a replica of a global service.
	only string
	// done tells that it is of a job, and has done its work.
	done bool

	// oneoff tells that it is a container of `run`, and no replica at all.
	oneoff bool

	// overlaps tells that a replica which moves is up on its new host before it
	// stops on the old one.
	overlaps bool

	// pause is why a kept container is stopped for a while, "" where it isn't.
	pause Reason
	// created, stopping, gone and started are the IDs of steps, "" where there
	// is none: its container is there, the current one stops, the current one
	// is no more on its former host, its container runs.
	created, stopping, gone, started string
}

// moves tells whether the replica leaves the host that it is on.
func (r *replica) moves() bool { return r.current != nil && r.current.Host != r.host }

// kept tells whether the current container stays as it is.
func (r *replica) kept() bool { return r.current != nil && r.recreate == "" && !r.moves() }

// running tells whether the current container is kept, and runs or, of a job,
// has run: nothing has to be started.
func (r *replica) running() bool { return r.done || r.kept() && alive(r.current.State) }

func alive(s hosts.ContainerState) bool {
	return s == hosts.Running || s == hosts.Paused || s == hosts.Restarting
}

// wantReplicas decides how many replicas each service has, which of the
// existing containers are among them, and which are too many.
func (u *up) wantReplicas() error {
	var followers []types.ServiceConfig
	for _, s := range u.services {
		if u.follows(s) {
			followers = append(followers, s)
			continue
		}
		if err := u.wantService(s); err != nil {
			return err
		}
	}
	return u.wantFollowers(followers)
}

func (u *up) wantService(s types.ServiceConfig) error {
	if s.Provider != nil { // which has made what there is of it; containers are of a former time
		for _, c := range u.existing[s.Name] {
			u.surplus = append(u.surplus, surplus{c, ReasonConfigChanged})
		}
		return nil
	}
	if err := u.checkOwnName(s); err != nil {
		return err
	}
	if global(s) {
		return u.wantGlobal(s, u.existing[s.Name])
	}
	want, err := u.scale(s)
	if err != nil || want > 0 && u.waits(s) {
		return err
	}
	keep := u.byWorth(s, u.existing[s.Name])
	if u.MovesOnly {
		want = len(keep)
	}
	for len(keep) > want {
		last := keep[len(keep)-1]
		u.surplus = append(u.surplus, surplus{last, ReasonScaleDown})
		keep = keep[:len(keep)-1]
	}
	slices.SortStableFunc(keep, func(a, b state.Container) int { return cmp.Compare(a.Number(), b.Number()) })
	for i := range keep {
		u.want(s, keep[i].Number(), &keep[i])
	}
	next := nextNumber(u.existing[s.Name])
	for i := range want - len(keep) {
		u.want(s, next+i, nil)
	}
	return nil
}

// scale is how many replicas a service is to have.
func (u *up) scale(s types.ServiceConfig) (int, error) {
	want := s.GetScale()
	if n, overridden := u.Scale[s.Name]; overridden {
		want = n
	}
	if want < 0 {
		return 0, fmt.Errorf("service %s: scale must be 0 or more, not %d", s.Name, want)
	}
	if want > 1 && s.ContainerName != "" {
		return 0, fmt.Errorf("service %s: Docker requires each container to have a unique name; remove the container_name %q to scale it to %d", s.Name, s.ContainerName, want)
	}
	return want, nil
}

// nextNumber is above all numbers of a service's containers.
func nextNumber(existing []state.Container) int {
	next := 1
	for _, c := range existing {
		next = max(next, c.Number()+1)
	}
	return next
}

func (u *up) want(s types.ServiceConfig, number int, current *state.Container) *replica {
	r := &replica{service: s, number: number, name: container.Name(u.Project, s.Name, number), current: current}
	r.done = current != nil && u.finished(s, *current)
	u.replicas = append(u.replicas, r)
	return r
}

// byWorth sorts a service's containers so that those worth keeping come first:
// what still matches the files before what doesn't, then low numbers. A second
// container of one number, which an interrupted move left, becomes surplus.
func (u *up) byWorth(s types.ServiceConfig, existing []state.Container) []state.Container {
	outdated := map[string]int{}
	for _, c := range existing {
		if !u.NoRecreate && u.outdated(s, c) != "" {
			outdated[c.Host+c.ID] = 1
		}
	}
	sorted := slices.Clone(existing)
	slices.SortStableFunc(sorted, func(a, b state.Container) int {
		return cmp.Or(cmp.Compare(outdated[a.Host+a.ID], outdated[b.Host+b.ID]), cmp.Compare(a.Number(), b.Number()), cmp.Compare(u.leaves(a), u.leaves(b)))
	})
	seen := map[int]bool{}
	return slices.DeleteFunc(sorted, func(c state.Container) bool {
		twin := seen[c.Number()]
		if twin {
			u.surplus = append(u.surplus, surplus{c, ReasonInterrupted})
		}
		seen[c.Number()] = true
		return twin
	})
}

// leaves is 1 for a container that will leave its host, because that is drained.
func (u *up) leaves(c state.Container) int {
	if u.drained(c.Host) {
		return 1
	}
	return 0
}

// byService are the replicas of each service.
func (u *up) byService() map[string][]*replica {
	by := map[string][]*replica{}
	for _, r := range u.replicas {
		by[r.service.Name] = append(by[r.service.Name], r)
	}
	return by
}
