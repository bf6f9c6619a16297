package plan

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// asked bounds how many placings a rebalance tries: each is as much work as all
// of a plan's. What is left is for the next one.
const asked = 1000

// rebalance moves replicas until no single move makes the pool more even, in
// the terms of the services' own strategies. Each move is a new placing, with
// all others where they are, so that every rule holds; and each makes one sum
// smaller that no move makes larger, so that it ends, and a second rebalance
// has nothing to do.
func (u *up) rebalance(decisions []scheduler.Decision, pool []scheduler.Candidate) ([]scheduler.Decision, error) {
	b := newBalance(u, decisions, pool)
	before := b.figures()
	for moves, calls := 0, 0; calls < asked && (u.MaxMoves == 0 || moves < u.MaxMoves); moves++ {
		moved := false
		for _, c := range b.promising() {
			if calls++; calls > asked {
				break
			}
			ok, err := b.try(c)
			if err != nil {
				return nil, err
			}
			if moved = ok; ok {
				break
			}
		}
		if !moved {
			break
		}
	}
	u.plan.Gain, u.plan.Left = gains(before, b.figures()), b.left()
	return b.decisions, nil
}

// keepsNameless tells whether a container has volumes without a name of their
// own, whose data would stay behind.
func keepsNameless(c *state.Container) bool {
	return slices.ContainsFunc(c.Mounts, func(m hosts.Mount) bool { return m.Type == "volume" && anonymous(m.Name) })
}

// chance is a move of a replica, by its decision, that promises to be a gain.
type chance struct {
	decision int
	// change is how the sums change at best, the one that counts most first.
	change []int
}

// promising are the chances of each service and host, the best first. They are
// counted only: whether the rules allow them is seen when they are tried.
func (b *balance) promising() []chance {
	var all []chance
	known := map[[2]string]bool{}
	for i := len(b.decisions) - 1; i >= 0; i-- { // the highest number goes first
		d := &b.decisions[i]
		key := [2]string{d.Task.Service, d.Host}
		if known[key] || b.stays[i] != "" {
			continue
		}
		known[key] = true
		if best := b.bestChange(i); gain(best) {
			all = append(all, chance{i, best})
		}
	}
	slices.SortStableFunc(all, func(x, y chance) int {
		return cmp.Or(slices.Compare(x.change, y.change), cmp.Compare(x.decision, y.decision))
	})
	return all
}

// bestChange is how the sums change at best where a replica moves.
func (b *balance) bestChange(decision int) []int {
	var best []int
	for to := range b.pool {
		if change := b.change(decision, to); best == nil || slices.Compare(change, best) < 0 {
			best = change
		}
	}
	return best
}

// try places a replica anew, and moves it where that is a gain.
func (b *balance) try(c chance) (moved bool, err error) {
	d := &b.decisions[c.decision]
	settled := make([]scheduler.Task, len(b.decisions))
	for i, other := range b.decisions {
		settled[i] = other.Task
		settled[i].Current = other.Host
	}
	anew, err := b.up.placeAnew(scheduler.NewCatalog(), settled, c.decision, b.candidates)
	if err != nil {
		return false, nil //nolint:nilerr // what fits nowhere else stays
	}
	to, best := -1, []int(nil)
	for _, r := range anew.Ranked {
		h := b.byName[r.Host]
		if change := b.change(c.decision, h); gain(change) && (best == nil || slices.Compare(change, best) < 0) {
			to, best = h, change
		}
	}
	if to < 0 {
		return false, nil
	}
	from := d.Host
	b.move(c.decision, to)
	d.Stays = d.Host == d.Task.Current
	of := b.replicas[d.Task.Service]
	d.Reason = fmt.Sprintf("balances %s: %d left on %s, %d here", d.Task.Service, of[b.byName[from]], from, of[to])
	d.Rejected = anew.Rejected
	return true, nil
}

// gain tells whether a change makes the first sum that changes smaller.
func gain(change []int) bool {
	for _, c := range change {
		if c != 0 {
			return c < 0
		}
	}
	return false
}
