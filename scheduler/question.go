package scheduler

import "slices"

// question is a unit with the rules of each of its members: what hosts are asked.
type question struct {
	*unit
	rules []rules
}

func (c Catalog) questionOf(u *unit) (question, error) {
	q := question{unit: u}
	for i := range u.members {
		r, err := c.rulesOf(&u.members[i])
		if err != nil {
			return question{}, err
		}
		q.rules = append(q.rules, r)
	}
	return q, nil
}

// staying asks only whether the unit keeps its host.
func (q question) staying() question {
	kept := make([]rules, len(q.rules))
	for i, r := range q.rules {
		kept[i] = r.staying()
	}
	q.rules = kept
	return q
}

// leader's orders rank the hosts for the whole unit.
func (q question) leader() (*Task, rules) { return &q.members[0], q.rules[0] }

// ask returns the candidate's refusal; nil where all members may go there together.
func (q question) ask(c *Candidate) *Rejection {
	if q.single() {
		return q.askMember(0, c)
	}
	together := c.clone()
	for i := range q.members {
		if r := q.askMember(i, &together); r != nil {
			return r
		}
		together.draw(&q.members[i])
	}
	return nil
}

func (q question) askMember(i int, c *Candidate) *Rejection {
	f, refusal := q.rules[i].check(&q.members[i], c)
	if refusal == nil {
		return nil
	}
	return &Rejection{Host: c.Host.Name, Filter: f.Name(), Reason: refusal.Reason, Summary: refusal.Summary}
}

// askNamed is ask for a host that may not be in the pool.
func (q question) askNamed(name string, c *Candidate) *Rejection {
	if c == nil {
		return &Rejection{Host: name, Filter: "pool", Reason: "is not in the pool", Summary: "are not in the pool"}
	}
	return q.ask(c)
}

// seat draws down the candidate's capacity by all members.
func (q question) seat(c *Candidate) {
	for i := range q.members {
		c.draw(&q.members[i])
	}
}

// hint is that of the filter that comes last among those that refused: its
// hosts came nearest to taking the unit. The leader speaks for the others.
func (q question) hint(refused []Rejection) string {
	by := map[string]bool{}
	for _, r := range refused {
		by[r.Filter] = true
	}
	for i, r := range q.rules {
		for _, f := range slices.Backward(r.filters) {
			if by[f.Name()] {
				return f.Hint(&q.members[i])
			}
		}
	}
	return ""
}
