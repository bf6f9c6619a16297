package scheduler

import (
	"fmt"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// ruleSet is a list of strategies as rules, by what they do.
type ruleSet struct {
	filters []Filter
	orders  []Order
	spreads []spread
	groups  []string
	// affinity is bound to who asks before it is a filter and an order.
	affinity  affinity
	exclusive bool
}

// ruleSetOf makes the rules of a list of strategies, in its order.
func (c Catalog) ruleSetOf(strategies []hosts.Strategy) (ruleSet, error) {
	var set ruleSet
	for _, s := range strategies {
		rule, err := c.rule(s)
		if err != nil {
			return ruleSet{}, err
		}
		switch rule := rule.(type) {
		case exclusive:
			set.exclusive = true
			set.filters = append(set.filters, rule)
		case unasked:
			return ruleSet{}, fmt.Errorf("the program %q wasn't asked", string(rule))
		case *Verdicts:
			set.filters, set.orders = append(set.filters, rule), append(set.orders, rule)
		case affinity:
			set.affinity = append(set.affinity, rule...)
		case Filter:
			set.filters = append(set.filters, rule)
		case Order:
			set.orders = append(set.orders, rule)
		case spread:
			set.spreads = append(set.spreads, rule)
		case group:
			set.groups = append(set.groups, string(rule))
		}
	}
	return set, nil
}

// ranks tells whether the set ranks hosts.
func (set *ruleSet) ranks() bool {
	return len(set.orders)+len(set.spreads)+len(set.affinity) > 0
}

// objects tells whether the set keeps others away.
func (set *ruleSet) objects() bool {
	return set.exclusive || slices.ContainsFunc(set.affinity, func(r AffinityRule) bool { return r.Not && !r.Soft && !r.Empty })
}

// always are the filters that hold whatever the user's strategies are. They go
// from what the user asked for, through what a host is, to what is left on it;
// those that have nothing to say of the task on this board are left out.
// [neighbours] comes after them, where anybody can object.
func (i *inquiry) always(m *member) ([]Filter, error) {
	t := m.task
	placement, err := newConstraints(t.Constraints)
	if err != nil {
		return nil, fmt.Errorf("place %s: %w", t.Name, err)
	}
	var all []Filter
	add := func(applies bool, f Filter) {
		if applies {
			all = append(all, f)
		}
	}
	add(len(t.Locations) > 0, location{})
	add(len(t.Pins) > 0, pins{})
	add(i.board.closed, ready{})
	add(t.Platform != hosts.Platform{}, platform{})
	add(len(placement) > 0, placement)
	add(t.MaxPerHost > 0, maxPerHost{})
	add(len(m.ports) > 0, hostPorts{m.ports, m.ports.marks()})
	add(true, reservations{})
	add(len(t.Devices) > 0, newDevices(t.Devices))
	return all, nil
}
