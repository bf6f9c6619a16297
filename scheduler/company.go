package scheduler

import "fmt"

// company is the hard rules of an affinity, asked by one service on one board:
// a filter.
type company []boundRule

// closeness is the soft ones: an order, by how many of them hold.
type closeness []boundRule

// boundRule is a rule of affinity together with where those are of whom it speaks.
type boundRule struct {
	AffinityRule
	// others are the seats that have replicas of those who are meant, but for
	// the service itself, which self tells to be meant.
	others seatSet
	self   bool
	// along tells that one of them comes along, as it is of the same unit.
	along bool
	// waived tells that the rule doesn't hold as yet: see [binding].
	waived bool
}

func (r *boundRule) holds(s *Seat) bool {
	if r.waived {
		return true
	}
	if r.Empty {
		return (s.Containers == 0) != r.Not
	}
	return r.with(s) != r.Not
}

func (r *boundRule) with(s *Seat) bool {
	return r.along || r.self && s.Here > 0 || r.others.has(s.index)
}

func (*company) Name() string { return "affinity" }

func (f *company) Check(_ *Task, s *Seat) (int64, bool) {
	for i, rules := 0, *f; i < len(rules); i++ {
		if !rules[i].holds(s) {
			return int64(i), false
		}
	}
	return 0, true
}

func (f *company) Refuse(_ *Task, _ *Seat, broken int64) Refusal {
	return refuse("breaks", "break", fmt.Sprintf("affinity %q", (*f)[broken].String()))
}

func (*company) Evicts() bool { return true }

func (*company) Hint(t *Task) string { return "add a host, or relax affinity of " + t.Service }

func (*closeness) Name() string { return "affinity" }

func (o *closeness) Rank(_ *Task, s *Seat) float64 { return -float64(o.held(s)) }

func (o *closeness) held(s *Seat) int {
	n := 0
	for i, rules := 0, *o; i < len(rules); i++ {
		if rules[i].holds(s) {
			n++
		}
	}
	return n
}

func (o *closeness) Explain(_ *Task, s *Seat) string {
	return fmt.Sprintf("%d of %s", o.held(s), count(len(*o), "preference"))
}
