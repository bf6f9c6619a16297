package scheduler

import (
	"cmp"
	"slices"
)

// ranking is a heap of the eligible hosts, the best first. It is written out
// here because every service makes one of all hosts: through heap.Interface that
// took twice as long.
type ranking struct {
	hosts []entry
	ranks *ranks
}

// entry is an eligible host, small because a queue has one for each host.
type entry struct {
	rank float64 // by the first order
	seat int32   // its index on the board
}

// ranks are those by the second order and later ones, which break ties, by the
// seat's index. There rarely are any.
type ranks struct {
	orders int // but for the first
	later  []float64
}

func (r *ranks) of(seat int32) []float64 {
	return r.later[int(seat)*r.orders : (int(seat)+1)*r.orders]
}

// compare goes by ranks; the host's name, which is the order of seats, decides
// what no order does.
func (r *ranks) compare(a, b entry) int {
	if a.rank != b.rank {
		return cmp.Compare(a.rank, b.rank)
	}
	if r.orders > 0 {
		if n := slices.Compare(r.of(a.seat), r.of(b.seat)); n != 0 {
			return n
		}
	}
	return cmp.Compare(a.seat, b.seat)
}

// arrange makes a heap of the hosts in any order.
func (r *ranking) arrange() {
	for i := len(r.hosts)/2 - 1; i >= 0; i-- {
		r.sink(i)
	}
}

// replace puts another entry in the best one's place.
func (r *ranking) replace(e entry) {
	r.hosts[0] = e
	r.sink(0)
}

// drop removes the best entry.
func (r *ranking) drop() {
	last := len(r.hosts) - 1
	r.hosts[0] = r.hosts[last]
	r.hosts = r.hosts[:last]
	r.sink(0)
}

// sink moves an entry down to where no better one is below it.
func (r *ranking) sink(i int) {
	hosts := r.hosts
	for {
		child := 2*i + 1
		if child >= len(hosts) {
			return
		}
		if next := child + 1; next < len(hosts) && r.ranks.before(hosts[next], hosts[child]) {
			child = next
		}
		if !r.ranks.before(hosts[child], hosts[i]) {
			return
		}
		hosts[i], hosts[child] = hosts[child], hosts[i]
		i = child
	}
}

// before tells whether a is the better of two.
func (r *ranks) before(a, b entry) bool {
	if a.rank != b.rank {
		return a.rank < b.rank
	}
	return r.compare(a, b) < 0
}
