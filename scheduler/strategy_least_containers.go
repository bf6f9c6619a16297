package scheduler

import "cmp"

// leastContainers is the order least-containers: the host with the fewest
// containers, of any project.
type leastContainers struct{}

func newLeastContainers(value any) (Rule, error) {
	return leastContainers{}, noValue("least-containers", value)
}

func (leastContainers) Name() string { return "least-containers" }

func (leastContainers) Compare(_ *Task, a, b *Candidate) int {
	return cmp.Compare(a.Containers, b.Containers)
}

func (leastContainers) Explain(_ *Task, c *Candidate) string { return count(c.Containers, "container") }
