package scheduler

import (
	"cmp"
	"slices"
)

// errand is all that was asked of Place.
type errand struct {
	catalog Catalog
	rules   *rulebook
	pool    []Candidate
	tasks   []Task // sorted
	wanted  func(*Task) bool

	units  []unit
	depths depths
}

// prepare groups the tasks, and puts them in the order in which they are seated.
func (e *errand) prepare() error {
	err := e.rules.noteObjectors(e.tasks)
	if err != nil {
		return err
	}
	if e.depths, err = e.rules.depths(e.tasks); err != nil {
		return err
	}
	e.units, err = e.rules.unitsOf(e.tasks)
	e.sort(e.units, func(unit) int { return 0 })
	return err
}

// sort puts units after those that they want to be with, and then by rank.
func (e *errand) sort(units []unit, rank func(unit) int) {
	before := func(a, b unit) int {
		return cmp.Or(cmp.Compare(e.depth(a), e.depth(b)), cmp.Compare(rank(a), rank(b)))
	}
	if !slices.IsSortedFunc(units, before) {
		slices.SortStableFunc(units, before)
	}
}

// depth is the greatest of the unit's tasks.
func (e *errand) depth(u unit) int {
	if len(e.depths) == 0 {
		return 0
	}
	deepest := 0
	for i := range u.all {
		deepest = max(deepest, e.depths[serviceKey(&e.tasks[i])])
	}
	return deepest
}

// pinned tells whether the unit is tied to hosts.
func (e *errand) pinned(u unit) bool {
	for i := range u.all {
		if len(e.tasks[i].Pins) > 0 {
			return true
		}
	}
	return false
}

// attempt places everything once: what is tied to hosts before what can go
// elsewhere, so that this doesn't take its room, and before that what is urgent.
func (e *errand) attempt(urgency map[int]int, orders []Order) (*placement, error) {
	b, err := e.catalog.boardOf(e.pool)
	if err != nil {
		return nil, err
	}
	p := &placement{
		inquiry: inquiry{rules: e.rules, board: b, depths: e.depths, orders: orders},
		tasks:   e.tasks, wanted: e.wanted, decisions: make([]Decision, len(e.tasks)),
	}
	for i := range e.tasks {
		p.decisions[i].Task = e.tasks[i]
	}
	moving, err := p.seatCurrent(e.units)
	if err != nil {
		return nil, err
	}
	e.sort(moving, func(u unit) int { return e.rank(u, urgency[u.lead]) })
	return p, p.placeNew(moving)
}

func (e *errand) rank(u unit, urgency int) int {
	if e.pinned(u) {
		return -2*urgency - 1
	}
	return -2 * urgency
}
