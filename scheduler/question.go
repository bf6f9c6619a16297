package scheduler

import "slices"

// question is what hosts are asked about a unit: whether it may be placed
// there or, staying, whether it may remain.
type question struct {
	*unit
	rules   []rules // of each member
	staying bool
}

func (c Catalog) questionOf(u *unit, b board) (question, error) {
	q := question{unit: u}
	for i := range u.members {
		t := &u.members[i]
		r, err := c.rulesOf(t)
		if err != nil {
			return question{}, err
		}
		r.orders = slices.Concat(b.ordersFor(t), r.orders)
		if len(r.orders) == 0 {
			r.orders = []Order{breadthFirst{}}
		}
		q.rules = append(q.rules, r)
	}
	return q, nil
}

// leader's orders rank the hosts for the whole unit.
func (q question) leader() (*Task, rules) { return &q.members[0], q.rules[0] }

// ask returns the host's refusal; nil where all members may be there together.
func (q question) ask(s *seat) *refused {
	if q.single() {
		return q.askMember(0, &s.Candidate, s.filters)
	}
	together := s.clone()
	for i := range q.members {
		if r := q.askMember(i, &together, s.filters); r != nil {
			return r
		}
		together.draw(&q.members[i])
	}
	return nil
}

func (q question) askMember(i int, c *Candidate, location []Filter) *refused {
	t := &q.members[i]
	for rank, filters := range [][]Filter{q.rules[i].always, location, q.rules[i].filters} {
		for n, f := range filters {
			if q.staying && !f.Evicts() {
				continue
			}
			if r := f.Check(t, c); r != nil {
				return &refused{
					Rejection: Rejection{Host: c.Host.Name, Filter: f.Name(), Reason: r.Reason, Summary: r.Summary},
					filter:    f, task: t, rank: [2]int{rank, n},
				}
			}
		}
	}
	return nil
}

// take draws down the host's capacity by all members.
func (q question) take(s *seat) {
	for i := range q.members {
		s.draw(&q.members[i])
	}
}

// refused is a rejection with what it takes to give a hint.
type refused struct {
	Rejection
	filter Filter
	task   *Task
	// rank is the filter's place among those that are asked.
	rank [2]int
}

// nearer tells whether the host came nearer to taking the task than another:
// it got past more filters.
func (r *refused) nearer(o *refused) bool {
	return o == nil || r.rank[0] > o.rank[0] || r.rank[0] == o.rank[0] && r.rank[1] > o.rank[1]
}

func (r *refused) hint() string {
	if r == nil {
		return ""
	}
	return r.filter.Hint(r.task)
}
