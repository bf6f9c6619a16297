package scheduler

// hostPorts wants a host on which nothing holds the ports that the task publishes.
type hostPorts struct {
	wanted ports
	marks  uint64
}

func (hostPorts) Name() string { return "ports" }

func (f hostPorts) Check(_ *Task, s *Seat) (int64, bool) {
	if s.portMarks&f.marks == 0 {
		return 0, true
	}
	taken, clash := s.ports.clash(f.wanted)
	return int64(taken), !clash
}

func (f hostPorts) Refuse(_ *Task, _ *Seat, taken int64) Refusal {
	return refuse("has", "have", "port "+f.wanted[taken].String()+" taken")
}

func (hostPorts) Evicts() bool { return true }

func (hostPorts) Hint(t *Task) string {
	return "free the port, add a host, or let the engine choose the host port of " + t.Service
}
