package scheduler

// tightest is the order that leaves the least over: the host with the least
// memory and CPUs free. Users can't name it; see retry.go.
type tightest struct{}

func (tightest) Name() string { return "fits with all others" }

func (tightest) Rank(_ *Task, s *Seat) float64 {
	free := s.Capacity.Sub(s.Reserved)
	return float64(free.MemoryBytes)/(1<<30) + float64(free.NanoCPUs)/1e9
}

func (tightest) Explain(*Task, *Seat) string { return "" }
