package scheduler

// depthFirst is the order depth-first, which fills a host before the next: the
// host with the most containers.
type depthFirst struct{}

func newDepthFirst(value any) (Rule, error) { return depthFirst{}, noValue("depth-first", value) }

func (depthFirst) Name() string { return "depth-first" }

func (depthFirst) Rank(_ *Task, s *Seat) float64 { return -float64(s.Containers) }

func (depthFirst) Explain(_ *Task, s *Seat) string { return count(s.Containers, "container") }
