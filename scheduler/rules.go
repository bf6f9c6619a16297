package scheduler

import (
	"cmp"
	"fmt"
)

// rules are what decides about one task: the filters in the order in which
// hosts are asked, and the orders, the first of which counts most.
type rules struct {
	filters []Filter
	orders  []Order
}

// rulesOf puts the rules that always hold before those of the user. The
// filters go from what the user asked for, through what a host is, to what is
// left on it: the reason printed for a host is the first in that order.
func (c Catalog) rulesOf(t *Task) (rules, error) {
	placement, err := newConstraints(t.Constraints)
	if err != nil {
		return rules{}, fmt.Errorf("place %s: %w", t.Name, err)
	}
	r := rules{filters: []Filter{
		location{}, pins{}, ready{}, platform{}, placement, maxPerHost{}, hostPorts{}, reservations{},
	}}
	for _, s := range t.Strategies {
		rule, err := c.rule(s)
		if err != nil {
			return rules{}, fmt.Errorf("place %s: %w", t.Name, err)
		}
		switch rule := rule.(type) {
		case Filter:
			r.filters = append(r.filters, rule)
		case Order:
			r.orders = append(r.orders, rule)
		}
	}
	if len(r.orders) == 0 {
		r.orders = []Order{breadthFirst{}}
	}
	return r, nil
}

// check returns the first filter that refuses the candidate, and why; nil, nil
// where the task may go there.
func (r rules) check(t *Task, c *Candidate) (Filter, *Refusal) {
	for _, f := range r.filters {
		if refusal := f.Check(t, c); refusal != nil {
			return f, refusal
		}
	}
	return nil, nil
}

// staying are the rules that decide whether a replica keeps its host.
func (r rules) staying() rules {
	var evicting []Filter
	for _, f := range r.filters {
		if f.Evicts() {
			evicting = append(evicting, f)
		}
	}
	r.filters = evicting
	return r
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
