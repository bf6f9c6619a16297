package scheduler

import (
	"cmp"
	"fmt"
)

// breadthFirst is the order breadth-first, which spreads a service: the host
// with the fewest replicas of it, then with the fewest containers.
type breadthFirst struct{}

func newBreadthFirst(value any) (Rule, error) {
	return breadthFirst{}, noValue("breadth-first", value)
}

func (breadthFirst) Name() string { return "breadth-first" }

func (breadthFirst) Compare(t *Task, a, b *Candidate) int {
	return cmp.Or(cmp.Compare(a.replicas(t), b.replicas(t)), cmp.Compare(a.Containers, b.Containers))
}

func (breadthFirst) Explain(t *Task, c *Candidate) string {
	return fmt.Sprintf("%s of %s, %d in all", count(c.replicas(t), "container"), t.Service, c.Containers)
}
