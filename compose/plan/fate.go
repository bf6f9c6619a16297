package plan

import (
	"strconv"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Fate is what becomes of a replica.
type Fate string

// The fates.
const (
	FateNew       Fate = "new"
	FateStays     Fate = "stays"
	FateStarts    Fate = "starts"
	FateRecreated Fate = "re-created"
	FateMoves     Fate = "moves"
	FateRemoved   Fate = "removed"
)

// Replica is a replica that is wanted or was there, and what becomes of it.
type Replica struct {
	Service string
	Number  int
	// Name is the replica's short name: "web-3".
	Name string
	// Host is where it will be, or was; From is where a moved one was.
	Host, From string
	Fate       Fate
	// Why is the reason of anything but to stay, or to be new.
	Why Reason
	// Cause is why this host, in words.
	Cause string
}

// decideFates says of each replica what becomes of it, in the order of the
// placements, and of each container that is removed.
func (u *up) decideFates() error {
	wanted := map[string]*replica{}
	for _, r := range u.replicas {
		wanted[r.service.Name+"/"+strconv.Itoa(r.number)] = r
	}
	for i := range u.plan.Placements {
		d := &u.plan.Placements[i]
		r := wanted[d.Task.Service+"/"+strconv.Itoa(d.Task.Number)]
		row := r.fate(r.current != nil && u.onlyMoves(r))
		if d.Stays && row.Fate != FateStays {
			d.Reason = string(row.Fate) + " there: " + string(row.Why)
		}
		row.Name, row.Cause = d.Task.Name, d.Reason
		u.plan.Replicas = append(u.plan.Replicas, row)
	}
	for _, s := range u.surplus {
		u.tellRemoved(s)
	}
	if u.RemoveOrphans && !u.IgnoreOrphans {
		for _, c := range u.orphans {
			u.tellRemoved(surplus{c, ReasonOrphan})
		}
	}
	return nil
}

func (u *up) tellRemoved(s surplus) {
	u.plan.Replicas = append(u.plan.Replicas, Replica{
		Service: s.Service(), Number: s.Number(), Name: s.Service() + "-" + strconv.Itoa(s.Number()),
		Host: s.Host, Fate: FateRemoved, Why: s.why,
	})
}

func (r *replica) fate(waits bool) Replica {
	row := Replica{Service: r.service.Name, Number: r.number, Host: r.host, Fate: FateStays}
	switch {
	case r.current == nil:
		row.Fate = FateNew
	case r.done:
	case r.moves():
		row.Fate, row.From, row.Why = FateMoves, r.current.Host, ReasonMoved
	case r.recreate != "":
		row.Fate, row.Why = FateRecreated, r.recreate
	case !alive(r.current.State) && !waits && !r.done:
		row.Fate, row.Why = FateStarts, ReasonStopped
	}
	return row
}

// pool are the hosts of the pool, for the plan's reader.
func (u *up) pool() []hosts.Host {
	all := make([]hosts.Host, len(u.State.Observations))
	for i, o := range u.State.Observations {
		all[i] = o.Host
	}
	return all
}
