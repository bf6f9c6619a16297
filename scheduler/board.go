package scheduler

import (
	"cmp"
	"fmt"
	"slices"
)

// board is the pool while capacity is drawn down on it.
type board struct {
	seats     []Seat // sorted by host
	byHost    map[string]*Seat
	locations []ruleSet // the rules of locations, by Seat.location
	replicas  census
	// ranked tells that some location has orders of its own.
	ranked bool
	// owned tells that on some host a service objects to others from the
	// beginning, closed that some host isn't open.
	owned, closed bool
	// entries is room for one queue at a time.
	entries []entry
	// later is room for the ranks of one queue at a time.
	later      []float64
	partitions map[spread]*partition
}

// boardOf copies the pool.
func (c Catalog) boardOf(pool []Candidate) (*board, error) {
	sorted := make([]*Candidate, len(pool))
	for i := range pool {
		sorted[i] = &pool[i]
	}
	slices.SortFunc(sorted, func(x, y *Candidate) int { return cmp.Compare(x.Host.Name, y.Host.Name) })
	b := &board{
		seats: make([]Seat, len(pool)), byHost: make(map[string]*Seat, len(pool)), replicas: census{},
		entries: make([]entry, 0, len(pool)), partitions: map[spread]*partition{},
	}
	locations := map[string]int{}
	for i, candidate := range sorted {
		s := &b.seats[i]
		*s = seatOf(candidate)
		s.index = i
		b.closed = b.closed || !s.Open
		b.owned = b.owned || s.owner != "" || len(s.objections) > 0
		b.byHost[candidate.Host.Name] = s
		for key, n := range candidate.Replicas {
			b.replicas.add(key, i, n)
		}
		at, known := locations[candidate.Host.Location]
		if !known {
			at = len(b.locations)
			locations[candidate.Host.Location] = at
			set, err := c.ruleSetOf(candidate.Strategies)
			if err != nil {
				return nil, fmt.Errorf("place on hosts of location %s: %w", candidate.Host.Location, err)
			}
			b.locations = append(b.locations, set)
			b.ranked = b.ranked || set.ranks()
		}
		s.location = int32(at) //nolint:gosec // there are fewer locations than hosts
	}
	return b, nil
}

// roomForRanks is room for some ranks of each seat, with what was in it before:
// a seat's are written before they are read.
func (b *board) roomForRanks(orders int) []float64 {
	if need := orders * len(b.seats); len(b.later) < need {
		b.later = make([]float64, need)
	}
	return b.later
}

// onlyLocation is the one location that the task may go to, by Seat.location,
// or -1; so it is where no location has orders. Hosts of several locations are ranked by the task's own orders alone:
// each location's would contradict the other's.
func (b *board) onlyLocation(t *Task) int32 {
	only := int32(-1)
	if !b.ranked {
		return only
	}
	for i := range b.seats {
		s := &b.seats[i]
		if s.location == only {
			continue
		}
		if _, ok := (location{}).Check(t, s); !ok {
			continue
		}
		if only >= 0 {
			return -1
		}
		only = s.location
	}
	return only
}
