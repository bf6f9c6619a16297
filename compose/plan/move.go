package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// ConditionHandover is what the old container of a moved replica waits for: its
// successor is running, healthy where it has a health check, or has done its
// work already.
const ConditionHandover = "handover"

// move creates the replica on its new host. The old container is stopped after
// the new one runs, so that somebody answers all the while, or before it starts
// where the two can't be up together.
func (u *up) move(r *replica, by map[string][]*replica) {
	u.create(r, by, ReasonMoved)
	r.overlaps = u.overlaps(r) && !stopsAlong(r, by)
	r.gone = u.giveUp(r, by, ReasonMoved, r.created)
	u.tellLeftVolumes(r)
}

// overlaps tells whether the old and the new container of a replica may run at
// the same time.
func (u *up) overlaps(r *replica) bool {
	return alive(r.current.State) && !u.NoStart && !stopsFirst(r.service) &&
		!u.sharesData(r.service) && !u.portsTaken(r) && !u.remakesNetwork(r)
}

// stopsAlong tells whether the old container has to stop before something that
// the new one waits for is stopped and started again.
func stopsAlong(r *replica, by map[string][]*replica) bool {
	for name, dep := range r.service.DependsOn {
		if dep.Restart && slices.ContainsFunc(by[name], func(on *replica) bool { return on.stopping != "" && !on.overlaps }) {
			return true
		}
	}
	return false
}

// stopsFirst is what the user asks for of updates.
func stopsFirst(s types.ServiceConfig) bool {
	return s.Deploy != nil && s.Deploy.UpdateConfig != nil && s.Deploy.UpdateConfig.Order == "stop-first"
}

// sharesData tells whether replicas on two hosts would write to one volume.
func (u *up) sharesData(s types.ServiceConfig) bool {
	for _, v := range s.Volumes {
		if declared, ok := u.Project.Volumes[v.Source]; ok && v.Type == types.VolumeTypeVolume && shared(declared) && !v.ReadOnly {
			return true
		}
	}
	return false
}

// portsTaken tells whether some container of the project holds a port on the
// host that the replica moves to. To wait for it while others wait for this one
// could be to wait forever.
func (u *up) portsTaken(r *replica) bool {
	for _, p := range fixedPorts(r.service) {
		for _, c := range u.all {
			for _, held := range c.Ports {
				if c.Host == r.host && held.HostPort == p.HostPort && held.Protocol == p.Protocol {
					return true
				}
			}
		}
	}
	return false
}

// remakesNetwork tells whether a network of the replica is made again, which
// takes all containers off it.
func (u *up) remakesNetwork(r *replica) bool {
	for _, key := range networkKeys(r.service) {
		for _, host := range []string{r.host, r.current.Host} {
			if n := u.networks[[2]string{host, key}]; n != nil && n.removed != "" {
				return true
			}
		}
	}
	return false
}

// handOver lets old containers stop after their successors are up. What an
// interrupted move left runs on until the one that is kept is up as well.
func (u *up) handOver() error {
	for _, r := range u.replicas {
		if r.started == "" {
			continue
		}
		if r.overlaps {
			u.follow(r.stopping, u.awaitSuccessor(r))
			u.withdraw(r, r.stopping)
		}
		if r.current == nil || u.portsTaken(r) {
			continue
		}
		for _, s := range u.surplus {
			if s.why == ReasonInterrupted && s.Host != r.host && s.Service() == r.service.Name && s.Number() == r.number {
				twin := stepID(s.Host, StopContainer{Name: s.Name})
				u.follow(twin, u.awaitSuccessor(r))
				u.withdraw(r, twin)
			}
		}
	}
	return nil
}

// withdraw has the names of a replica lead to its new container when that is up,
// and not before, and no more to the old one when that is stopped.
func (u *up) withdraw(r *replica, stop string) {
	if !u.findable(r) {
		return
	}
	amend(u.graph, r.started, func(a *StartContainer) { a.Withheld = true })
	amend(u.graph, u.awaitSuccessor(r), func(a *AwaitContainer) { a.Announce = true })
	amend(u.graph, stop, func(a *StopContainer) { a.Withdraw = r.name })
}

// findable tells whether others find the replica by names of the fabric's.
func (u *up) findable(r *replica) bool {
	return slices.ContainsFunc(networkKeys(r.service), func(key string) bool {
		n := u.networks[[2]string{r.host, key}]
		return n != nil && n.fabric
	})
}

func (u *up) awaitSuccessor(r *replica) string {
	return u.add(r.host, AwaitContainer{
		Container: r.reference(), Name: r.name, Service: r.service.Name, Condition: ConditionHandover, Required: true,
	}, ReasonMoved, r.started)
}

// faithful refuses to move a replica by files that have changed since its
// container was made: a move is not a way to deploy half a change.
func (u *up) faithful(r *replica) error {
	hash, err := u.hash(r.service, r.current.Host)
	if err != nil || r.current.Labels[hosts.LabelConfigHash] == hash {
		return err
	}
	return fmt.Errorf("service %s has changed since its containers were created; run up, which changes and moves them", r.service.Name)
}

// tellLeftVolumes says that data in volumes without a name doesn't move.
func (u *up) tellLeftVolumes(r *replica) {
	for _, m := range r.current.Mounts {
		if m.Type == "volume" && anonymous(m.Name) {
			u.warn("%s moves to host %s without the data of its anonymous volume at %s, which stays on host %s as volume %s",
				r.name, r.host, m.Destination, r.current.Host, m.Name[:shortID])
		}
	}
}

// tied tells whether a service can't leave a host, because data of its own, or
// of those that it lives with, is there.
func (u *up) tied(s types.ServiceConfig, host string) bool { return u.tiedBy(s, host) != "" }

// tiedBy is the name of the volume that keeps a service on a host, "" for none.
func (u *up) tiedBy(s types.ServiceConfig, host string) string {
	if global(s) {
		return ""
	}
	o, group := u.State.Host(host), u.groupOf(s.Name)
	if o == nil {
		return ""
	}
	for _, mate := range u.concerns() {
		if mate.Name != s.Name && (group == "" || u.groupOf(mate.Name) != group) {
			continue
		}
		for _, key := range u.dataVolumes(mate) {
			if name := u.Project.Volumes[key].Name; state.Volume(o, name) != nil {
				return name
			}
		}
	}
	return ""
}

// stayIfNowhere leaves where they are those that should move, and fit nowhere.
func (u *up) stayIfNowhere(decisions []scheduler.Decision, err error) {
	for i := range decisions {
		if d := &decisions[i]; d.Host == "" {
			d.Host, d.Stays, d.Reason = d.Task.Current, true, "fits nowhere else"
		}
	}
	for sentence := range strings.SplitSeq(err.Error(), "\n") {
		u.warn("%s", sentence)
	}
}

// tellTied says which replicas stay on drained hosts, and why.
func (u *up) tellTied() {
	for _, r := range u.replicas {
		if r.current == nil || r.moves() || !u.drained(r.host) {
			continue
		}
		if volume := u.tiedBy(r.service, r.host); volume != "" {
			u.warn("%s stays on host %s, which is drained: volume %s is there", r.name, r.host, volume)
		}
	}
}

func (u *up) drained(host string) bool {
	o := u.State.Host(host)
	return o != nil && o.Host.Availability == hosts.Drain
}

// onlyMoves tells that the replica's container is to be moved or left as it is.
func (u *up) onlyMoves(r *replica) bool {
	return u.MovesOnly && !u.unfinished(r) && (!r.moves() || !alive(r.current.State))
}

// unfinished tells a container that an interrupted move has created and not
// started. Where nothing of the project runs, it was created to be started later.
func (u *up) unfinished(r *replica) bool {
	return r.current.State == hosts.Created && slices.ContainsFunc(u.all, func(c state.Container) bool { return alive(c.State) })
}
