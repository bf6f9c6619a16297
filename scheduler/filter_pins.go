package scheduler

import "slices"

// pins wants a host that every pin of the task names.
type pins struct{}

func (pins) Name() string { return "pins" }

func (pins) Check(t *Task, c *Candidate) *Refusal {
	for _, pin := range t.Pins {
		if !slices.Contains(pin.Hosts, c.Host.Name) {
			return refuse("is", "are", "ruled out ("+pin.Reason+")")
		}
	}
	return nil
}

func (pins) Evicts() bool { return true }

func (pins) Hint(t *Task) string {
	return "what " + t.Service + " is tied to must be on one host that it may run on"
}
