package scheduler

import "strconv"

// breadthFirst is the order breadth-first, which spreads a service: the host
// with the fewest replicas of it, then with the fewest containers.
type breadthFirst struct{}

func newBreadthFirst(value any) (Rule, error) {
	return breadthFirst{}, noValue("breadth-first", value)
}

func (breadthFirst) Name() string { return "breadth-first" }

// Rank puts replicas before containers, of which no host has a million.
func (breadthFirst) Rank(_ *Task, s *Seat) float64 {
	return float64(s.Here)*1e6 + float64(s.Containers)
}

func (breadthFirst) Explain(t *Task, s *Seat) string {
	return count(s.Here, "container") + " of " + t.Service + ", " + strconv.Itoa(s.Containers) + " in all"
}
