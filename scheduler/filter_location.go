package scheduler

import (
	"slices"
	"strings"
)

// location wants a host of one of the task's locations.
type location struct{}

func (location) Name() string { return "location" }

func (location) Check(t *Task, c *Candidate) *Refusal {
	if len(t.Locations) == 0 || slices.Contains(t.Locations, c.Host.Location) {
		return nil
	}
	return refuse("is", "are", "not in location "+strings.Join(t.Locations, " or "))
}

func (location) Evicts() bool { return true }

func (location) Hint(t *Task) string {
	return "add a host to location " + strings.Join(t.Locations, " or ")
}
