package scheduler

// exclusive is the filter exclusive: a host on which nothing runs but the
// service itself. Others are kept away from it by [neighbours].
type exclusive struct{}

func newExclusive(value any) (Rule, error) { return exclusive{}, noValue("exclusive", value) }

func (exclusive) Name() string { return "exclusive" }

func (exclusive) Check(_ *Task, s *Seat) (int64, bool) {
	others := s.Containers - s.Here
	return int64(others), others <= 0
}

func (exclusive) Refuse(_ *Task, _ *Seat, others int64) Refusal {
	return Refusal{Reason: "has " + count(int(others), "other container"), Summary: "have other containers"}
}

// Evicts is false, as a stranger's container must not move a replica.
func (exclusive) Evicts() bool { return false }

func (exclusive) Hint(t *Task) string {
	return "add a host for " + t.Service + ", or take away its exclusive"
}
