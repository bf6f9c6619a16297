package scheduler

import "slices"

// ranking is a heap of eligible hosts, the best first. A placement changes one
// host, so of those that are there before the first of so many placements only as
// many, the best, can ever be chosen: no more are kept. While they are gathered the
// worst is first, which gives way to a better one.
//
// The heap is written out here because every service makes one of all hosts:
// through heap.Interface that took twice as long.
type ranking struct {
	hosts []entry
	ranks *ranks
	// gathered tells that the best is first.
	gathered bool
}

// entry is an eligible host, small because a queue has one for each host, and
// complete as far as most comparisons go.
type entry struct {
	rank, second float64 // by the first two orders; 0 where there is no second
	seat         int32   // its index on the board
}

// ranks are those by the third order and later ones, which break ties, by the
// seat's index. There rarely are any.
type ranks struct {
	orders int // but for the first two
	later  []float64
	// most is how many placements are to come.
	most int
}

func (r *ranks) of(seat int32) []float64 {
	return r.later[int(seat)*r.orders : (int(seat)+1)*r.orders]
}

// compare goes by ranks, none of which is NaN; the host's name, which is the
// order of seats, decides what no order does.
func (r *ranks) compare(a, b entry) int {
	switch {
	case r.before(a, b):
		return -1
	case a.seat == b.seat:
		return 0
	}
	return 1
}

// before tells whether a is the better of two.
func (r *ranks) before(a, b entry) bool {
	if a.rank != b.rank {
		return a.rank < b.rank
	}
	if a.second != b.second {
		return a.second < b.second
	}
	if r.orders > 0 {
		if n := slices.Compare(r.of(a.seat), r.of(b.seat)); n != 0 {
			return n < 0
		}
	}
	return a.seat < b.seat
}

// gather adds a host that may be among the best.
func (r *ranking) gather(e entry) {
	switch {
	case len(r.hosts) < r.ranks.most:
		r.hosts = append(r.hosts, e)
		if len(r.hosts) == r.ranks.most {
			r.heapify()
		}
	case r.ranks.before(e, r.hosts[0]):
		r.replace(e)
	}
}

// arrange ends the gathering.
func (r *ranking) arrange() {
	r.gathered = true
	r.heapify()
}

func (r *ranking) heapify() {
	for i := len(r.hosts)/2 - 1; i >= 0; i-- {
		r.sink(i)
	}
}

// replace puts another entry in the first one's place.
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

// sink moves an entry down to where none that goes first is below it. No two
// entries are equal.
func (r *ranking) sink(i int) {
	hosts := r.hosts
	for {
		child := 2*i + 1
		if child >= len(hosts) {
			return
		}
		if next := child + 1; next < len(hosts) && r.ranks.before(hosts[next], hosts[child]) == r.gathered {
			child = next
		}
		if r.ranks.before(hosts[child], hosts[i]) != r.gathered {
			return
		}
		hosts[i], hosts[child] = hosts[child], hosts[i]
		i = child
	}
}
