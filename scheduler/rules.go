package scheduler

import (
	"cmp"
	"fmt"
)

// rules are what decides about one task: filters that always hold, those of its
// strategies, and its orders, the first of which counts most.
type rules struct {
	always  []Filter
	filters []Filter
	orders  []Order
}

// rulesOf makes a task's rules. The filters that always hold go from what the
// user asked for, through what a host is, to what is left on it. Those of the
// host's location and then the task's own follow; the reason printed for a
// host is that of the first which refuses.
func (c Catalog) rulesOf(t *Task) (rules, error) {
	placement, err := newConstraints(t.Constraints)
	if err != nil {
		return rules{}, fmt.Errorf("place %s: %w", t.Name, err)
	}
	filters, orders, err := c.split(t.Strategies)
	if err != nil {
		return rules{}, fmt.Errorf("place %s: %w", t.Name, err)
	}
	always := []Filter{location{}, pins{}, ready{}, platform{}, placement, maxPerHost{}, hostPorts{}, reservations{}}
	return rules{always, filters, orders}, nil
}

// compare ranks two candidates; the host's name decides what no order does.
func (r rules) compare(t *Task, a, b *Candidate) int {
	for _, o := range r.orders {
		if n := o.Compare(t, a, b); n != 0 {
			return n
		}
	}
	return cmp.Compare(a.Host.Name, b.Host.Name)
}

// explain says why the candidate was chosen: by the order that counts most.
func (r rules) explain(t *Task, c *Candidate) string {
	o := r.orders[0]
	if figures := o.Explain(t, c); figures != "" {
		return o.Name() + ": " + figures
	}
	return o.Name()
}
