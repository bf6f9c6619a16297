package scheduler

import (
	"slices"
	"strings"
)

// Ranking is a host that a task may go to, with what speaks for it.
type Ranking struct {
	Host string
	// Figures are those of each order, the one that counts most first:
	// "breadth-first: 0 containers of web, 3 in all".
	Figures []string
}

// explain says why a host is chosen: by the rule that counts most.
func (w *queue) explain(s *Seat) string {
	if w.eligible == 1 {
		return "the only host that fits"
	}
	m := w.leader()
	s.Here = m.counts[s.index]
	var words []string
	if len(m.spreads) > 0 {
		words = append(words, w.spreadFigures(s)[0])
	}
	for _, o := range m.orders {
		words = append(words, figures(o, m, s))
		if decides(o) {
			break
		}
	}
	return strings.Join(words, ", then ")
}

// ranked are all eligible hosts in the order in which they would be chosen.
func (w *queue) ranked() []Ranking {
	var all []Ranking
	m := w.leader()
	for _, e := range w.root.order() {
		s := &w.board.seats[e.seat]
		s.Here = m.counts[s.index]
		r := Ranking{Host: s.Host.Name, Figures: w.spreadFigures(s)}
		for _, o := range m.orders {
			r.Figures = append(r.Figures, figures(o, m, s))
		}
		all = append(all, r)
	}
	return all
}

func figures(o Order, m *member, s *Seat) string {
	if f := o.Explain(m.task, s); f != "" {
		return o.Name() + ": " + f
	}
	return o.Name()
}

// spreadFigures are "spread: 2 containers of web in zone a".
func (w *queue) spreadFigures(s *Seat) []string {
	var all []string
	m, at := w.leader(), w.root
	for i, over := range m.spreads {
		value := w.over[i].of[s.index]
		at = at.byValue[value]
		where := "in " + over.label() + " " + w.over[i].values[value]
		if w.over[i].values[value] == "" {
			where = "where there is no " + over.label()
		}
		all = append(all, over.Name()+": "+count(at.replicas, "container")+" of "+m.task.Service+" "+where)
	}
	return all
}

// order are the hosts of the branch, the best first.
func (b *branch) order() []entry {
	hosts := slices.SortedFunc(slices.Values(b.hosts.hosts), b.hosts.ranks.compare)
	for _, child := range slices.SortedFunc(slices.Values(b.children), compareBranches) {
		hosts = append(hosts, child.order()...)
	}
	return hosts
}
