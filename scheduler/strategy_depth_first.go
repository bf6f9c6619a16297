package scheduler

import "cmp"

// depthFirst is the order depth-first, which fills a host before the next: the
// host with the most containers.
type depthFirst struct{}

func newDepthFirst(value any) (Rule, error) { return depthFirst{}, noValue("depth-first", value) }

func (depthFirst) Name() string { return "depth-first" }

func (depthFirst) Compare(_ *Task, a, b *Candidate) int {
	return cmp.Compare(b.Containers, a.Containers)
}

func (depthFirst) Explain(_ *Task, c *Candidate) string { return count(c.Containers, "container") }
