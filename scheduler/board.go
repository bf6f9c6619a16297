package scheduler

import (
	"cmp"
	"fmt"
	"slices"
)

// board is the pool while capacity is drawn down on it, sorted by host.
type board []seat

// seat is a host with the rules of its location.
type seat struct {
	Candidate
	filters []Filter
	orders  []Order
}

// boardOf copies the pool.
func (c Catalog) boardOf(pool []Candidate) (board, error) {
	b := make(board, len(pool))
	for i := range pool {
		b[i].Candidate = pool[i].clone()
		filters, orders, err := c.split(pool[i].Strategies)
		if err != nil {
			return nil, fmt.Errorf("place on hosts of location %s: %w", pool[i].Host.Location, err)
		}
		b[i].filters, b[i].orders = filters, orders
	}
	slices.SortFunc(b, func(x, y seat) int { return cmp.Compare(x.Host.Name, y.Host.Name) })
	return b, nil
}

// ordersFor are the orders of the location that the task is bound to. Hosts of
// several locations are ranked by the task's own orders alone: each location's
// would contradict the other's.
func (b board) ordersFor(t *Task) []Order {
	var only *seat
	for i := range b {
		s := &b[i]
		if (location{}).Check(t, &s.Candidate) != nil {
			continue
		}
		if only != nil && only.Host.Location != s.Host.Location {
			return nil
		}
		only = s
	}
	if only == nil {
		return nil
	}
	return only.orders
}
