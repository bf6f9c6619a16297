package scheduler

// leastContainers is the order least-containers: the host with the fewest
// containers, of any project.
type leastContainers struct{}

func newLeastContainers(value any) (Rule, error) {
	return leastContainers{}, noValue("least-containers", value)
}

func (leastContainers) Name() string { return "least-containers" }

func (leastContainers) Rank(_ *Task, s *Seat) float64 { return float64(s.Containers) }

func (leastContainers) Explain(_ *Task, s *Seat) string { return count(s.Containers, "container") }
