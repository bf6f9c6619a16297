package scheduler

import "slices"

// question is what hosts are asked about a unit: whether it may be placed
// there or, staying, whether it may remain.
type question struct {
	members []member
	staying bool
	// first tells that some rule is waived for the first replica: what is asked
	// has to be asked anew after it.
	first bool
}

// member is a task of a unit with all that decides about it.
type member struct {
	task *Task
	key  string // of its service
	// counts are the board's own of its service, by seat.
	counts map[int]int
	// before counts the members of its service that are asked about before it.
	before int
	ports  ports
	// filters are asked in their order; they are by Seat.location. Of one that
	// stays only those that evict are asked.
	filters   [][]Filter
	orders    []Order
	spreads   []spread
	exclusive bool
	against   []target
}

// filterID is where a filter stands in a question.
type filterID struct {
	member, index int32
}

// asked are those of the filters that are asked.
func (q *question) asked(filters []Filter) []Filter {
	if !q.staying {
		return filters
	}
	return slices.DeleteFunc(filters, func(f Filter) bool { return !f.Evicts() })
}

func (q *question) filter(id filterID, s *Seat) Filter {
	return q.members[id.member].filters[s.location][id.index]
}

// ask returns the host's refusal; ok where all members may be there together.
// The seat's Here is the leader's afterwards.
func (q *question) ask(s *Seat) (no refused, ok bool) {
	s.Here = q.members[0].counts[s.index]
	if len(q.members) == 1 {
		return q.askMember(0, s, s)
	}
	together := s.clone()
	for i := range q.members {
		m := &q.members[i]
		together.Here = m.counts[s.index] + m.before
		if no, ok := q.askMember(i, together, s); !ok {
			return no, false
		}
		together.take(m)
		together.object(m)
	}
	return refused{}, true
}

// askMember asks a seat, which stands for the host s of the board.
func (q *question) askMember(i int, asked, s *Seat) (refused, bool) {
	m := &q.members[i]
	for n, f := range m.filters[s.location] {
		if figure, ok := f.Check(m.task, asked); !ok {
			return refused{s, figure, filterID{int32(i), int32(n)}}, false //nolint:gosec // lists are short
		}
	}
	return refused{}, true
}

// take draws down the host's capacity by all members.
func (q *question) take(s *Seat) {
	for i := range q.members {
		m := &q.members[i]
		s.take(m)
		if !q.staying {
			s.added = s.added.Add(m.task.Needs)
		}
		m.counts[s.index]++
	}
}

// words put a refusal into words.
func (q *question) words(no refused) Rejection {
	f := q.filter(no.filter, no.seat)
	r := f.Refuse(q.members[no.filter.member].task, no.seat, no.figure)
	return Rejection{Host: no.seat.Host.Name, Filter: f.Name(), Reason: r.Reason, Summary: r.Summary}
}

// hint is what to do about the host that came nearest to taking the unit: it
// got past more filters than the others.
func (q *question) hint(log []refused) string {
	if len(log) == 0 {
		return ""
	}
	nearest := log[0]
	for _, no := range log[1:] {
		if no.filter.index > nearest.filter.index {
			nearest = no
		}
	}
	return q.filter(nearest.filter, nearest.seat).Hint(q.members[nearest.filter.member].task)
}
