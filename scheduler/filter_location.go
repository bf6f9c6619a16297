package scheduler

import (
	"slices"
	"strings"
)

// location wants a host of one of the task's locations.
type location struct{}

func (location) Name() string { return "location" }

func (location) Check(t *Task, s *Seat) (int64, bool) {
	return 0, len(t.Locations) == 0 || slices.Contains(t.Locations, s.Host.Location)
}

func (location) Refuse(t *Task, _ *Seat, _ int64) Refusal {
	return refuse("is", "are", "not in location "+strings.Join(t.Locations, " or "))
}

func (location) Evicts() bool { return true }

func (location) Hint(t *Task) string {
	return "add a host to location " + strings.Join(t.Locations, " or ")
}
