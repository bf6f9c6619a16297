package plan

import (
	"fmt"
	"slices"
	"strings"
)

// staysFor is why a replica isn't moved for balance alone, "" where it may be.
func (u *up) staysFor(r *replica) string {
	switch {
	case r == nil || r.current == nil || !alive(r.current.State):
		return "it doesn't run"
	case r.only != "":
		return "each host has one of its own"
	case job(r.service):
		return "it is a job, which would begin anew"
	}
	if volume := u.tiedBy(r.service, r.current.Host); volume != "" {
		return "volume " + volume + " is there"
	}
	switch {
	case keepsNameless(r.current):
		return "the data of its anonymous volume would stay behind"
	case u.groupOf(r.service.Name) != "":
		return "it shares its host with other services, which would have to come along"
	}
	return ""
}

// left says of each service whose replicas a rebalance leaves, though the pool
// would be more even without them there, where they stay and why.
func (b *balance) left() []string {
	var all []string
	homes := map[[2]string][]string{}
	var keys [][2]string
	for i, d := range b.decisions {
		why := b.stays[i]
		if b.aims[d.Task.Service].indifferent() && b.uneven(d.Task.Service) {
			why = "no move is a gain for sure by " + b.aims[d.Task.Service].order
		} else if why == "" || !gain(b.bestChange(i)) {
			continue
		}
		key := [2]string{d.Task.Service, why}
		if homes[key] == nil {
			keys = append(keys, key)
		}
		if !slices.Contains(homes[key], d.Host) {
			homes[key] = append(homes[key], d.Host)
		}
	}
	for _, key := range keys {
		slices.Sort(homes[key])
		all = append(all, fmt.Sprintf("%s stays on %s: %s", key[0], strings.Join(homes[key], ", "), key[1]))
	}
	return all
}

// uneven tells that some host has two replicas of a service more than another.
func (b *balance) uneven(service string) bool {
	f := b.figure("", b.replicas[service])
	return f.most > f.least+1
}
