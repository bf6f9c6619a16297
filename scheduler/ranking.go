package scheduler

import (
	"cmp"
	"slices"
)

// ranking is a heap.Interface of the eligible hosts, the best first.
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

func (r *ranking) Len() int           { return len(r.hosts) }
func (r *ranking) Less(i, j int) bool { return r.ranks.compare(r.hosts[i], r.hosts[j]) < 0 }
func (r *ranking) Swap(i, j int)      { r.hosts[i], r.hosts[j] = r.hosts[j], r.hosts[i] }

// Push adds an entry at the end.
func (r *ranking) Push(e any) { r.hosts = append(r.hosts, e.(entry)) }

// Pop removes the entry at the end.
func (r *ranking) Pop() any {
	last := len(r.hosts) - 1
	e := r.hosts[last]
	r.hosts = r.hosts[:last]
	return e
}
