package scheduler

// ready wants a host that answers and that takes replicas, or keeps what is tied to it.
type ready struct{}

func (ready) Name() string { return "ready" }

func (ready) Check(t *Task, s *Seat) (int64, bool) {
	return 0, s.Open || t.Tied && t.Current == s.Host.Name && s.Host.Status.Ready
}

func (ready) Refuse(_ *Task, s *Seat, _ int64) Refusal {
	switch status := s.Host.Status; {
	case !status.Ready && status.Reason != "":
		return Refusal{Reason: "is not ready (" + status.Reason + ")", Summary: "are not ready"}
	case !status.Ready:
		return refuse("is", "are", "not ready")
	}
	return refuse("is", "are", "drained")
}

func (ready) Evicts() bool { return true }

func (ready) Hint(*Task) string { return "bring a host back, or add one" }
