package scheduler

import "slices"

// pins wants a host that every pin of the task names.
type pins struct{}

func (pins) Name() string { return "pins" }

func (pins) Check(t *Task, s *Seat) (int64, bool) {
	for i, pin := range t.Pins {
		if !slices.Contains(pin.Hosts, s.Host.Name) {
			return int64(i), false
		}
	}
	return 0, true
}

func (pins) Refuse(t *Task, _ *Seat, pin int64) Refusal {
	return refuse("is", "are", "ruled out ("+t.Pins[pin].Reason+")")
}

func (pins) Evicts() bool { return true }

func (pins) Hint(t *Task) string {
	return "what " + t.Service + " is tied to must be on one host that it may run on"
}
