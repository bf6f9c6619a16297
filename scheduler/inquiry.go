package scheduler

import (
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// inquiry makes questions: it knows the rules, the board, and who is placed
// before whom.
type inquiry struct {
	rules  *rulebook
	board  *board
	depths depths
	// orders replace the tasks' own where there are any.
	orders []Order
}

// about asks about a unit; staying, whether it may remain where it is.
func (i *inquiry) about(tasks []Task, u *unit, staying bool) (*question, error) {
	q := &question{members: make([]member, 0, u.size()), staying: staying}
	for at := range u.all {
		q.members = append(q.members, member{task: &tasks[at], key: serviceKey(&tasks[at])})
	}
	joinNeeds(q.members)
	for n := range q.members {
		if err := i.fill(q, n); err != nil {
			return nil, err
		}
	}
	return q, nil
}

// joinNeeds moves the needs of all members to the first, so that hosts are
// asked for the joint needs.
func joinNeeds(members []member) {
	if len(members) == 1 {
		return
	}
	var needs hosts.Resources
	var devices hosts.Devices
	for n := range members {
		t := *members[n].task
		needs = needs.Add(t.Needs)
		devices = devices.Add(t.Devices)
		t.Needs, t.Devices = hosts.Resources{}, nil
		members[n].task = &t
	}
	members[0].task.Needs, members[0].task.Devices = needs, devices
}

// fill gives the member its rules.
func (i *inquiry) fill(q *question, n int) error {
	m := &q.members[n]
	set, err := i.rules.of(m.task)
	if err != nil {
		return err
	}
	m.counts = i.board.replicas.of(m.key)
	m.ports = portsOf(m.task.Ports)
	m.exclusive, m.against = set.exclusive, set.affinity.against(m.task)
	for _, earlier := range q.members[:n] {
		if earlier.key == m.key {
			m.before++
		}
	}
	always, err := i.always(m)
	if err != nil {
		return err
	}
	if f := i.neighboursOf(m.key); f.matter() || i.board.owned || i.rules.exclusive || len(q.members) > 1 && i.rules.objections {
		always = append(always, f)
	}
	i.fillStrategies(q, n, always, set)
	return nil
}

// fillStrategies gives the member its filters and orders: those that always
// hold, then those of locations, then its own.
func (i *inquiry) fillStrategies(q *question, n int, always []Filter, own ruleSet) {
	m := &q.members[n]
	b := i.bindingOf(q, n)
	filters, bound := own.bound(b)
	only := int32(-1)
	if !q.staying {
		only = i.board.onlyLocation(m.task)
	}
	var orders []Order
	for at, set := range i.board.locations {
		theirs, ranks := set.bound(b)
		m.filters = append(m.filters, q.asked(slices.Concat(always, theirs, filters)))
		if at == int(only) {
			orders, m.spreads = ranks, set.spreads
		}
	}
	m.spreads = slices.Concat(own.spreads, m.spreads)
	m.orders = slices.Concat(orders, bound)
	switch {
	case len(i.orders) > 0:
		m.orders, m.spreads = i.orders, nil
	case !slices.ContainsFunc(m.orders, settles):
		m.orders = append(m.orders, breadthFirst{})
	}
	q.first = q.first || b.waived
}

func (i *inquiry) bindingOf(q *question, n int) *binding {
	b := &binding{board: i.board, depths: i.depths, task: q.members[n].task, staying: q.staying}
	for other := range q.members {
		if other != n {
			b.along = append(b.along, q.members[other].key)
		}
	}
	return b
}

// decides tells whether an order is one that the user chose for want of the
// default: wishes of affinity go before it, and don't replace it.
func decides(o Order) bool {
	_, wish := o.(*closeness)
	return !wish
}

// settles tells whether an order leaves so few ties that the default needn't
// break them. What was measured leaves many, where hosts are idle.
func settles(o Order) bool {
	_, measured := o.(lowestUse)
	return !measured && decides(o)
}

// bound are the set's filters and orders, those of affinity included. Wishes
// go before orders.
func (set ruleSet) bound(b *binding) (filters []Filter, orders []Order) {
	filters, orders = set.filters, set.orders
	if len(set.affinity) == 0 {
		return filters, orders
	}
	company, closeness := b.bind(set.affinity)
	if company != nil {
		filters = append(slices.Clip(filters), company)
	}
	if closeness != nil {
		orders = slices.Concat([]Order{closeness}, orders)
	}
	return filters, orders
}
