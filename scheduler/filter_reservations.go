package scheduler

import (
	"fmt"
	"math"
)

// reservations wants a host whose unreserved capacity holds what the task
// reserves. A part that the task doesn't reserve, or whose capacity is not
// known, doesn't count.
type reservations struct{}

func (reservations) Name() string { return "reservations" }

func (reservations) Check(t *Task, c *Candidate) *Refusal {
	capacity := c.Host.Capacity
	free := capacity.Sub(c.Reserved)
	switch {
	case short(t.Needs.MemoryBytes, free.MemoryBytes, capacity.MemoryBytes):
		return lack("memory", memory(t.Needs.MemoryBytes, math.Ceil), memory(max(0, free.MemoryBytes), math.Floor))
	case short(t.Needs.NanoCPUs, free.NanoCPUs, capacity.NanoCPUs):
		return lack("CPUs", cpus(t.Needs.NanoCPUs, math.Ceil), cpus(max(0, free.NanoCPUs), math.Floor))
	case capacity.Containers > 0 && c.Containers >= capacity.Containers:
		return full(capacity.Containers)
	}
	return nil
}

func (reservations) Evicts() bool { return true }

func (reservations) Hint(t *Task) string {
	return "add a host, or lower deploy.resources.reservations of " + t.Service
}

func short(need, free, capacity int64) bool { return need > 0 && capacity > 0 && need > free }

func lack(what, need, free string) *Refusal {
	return &Refusal{
		Reason:  fmt.Sprintf("lacks %s (need %s, %s free)", what, need, free),
		Summary: fmt.Sprintf("lack %s (need %s)", what, need),
	}
}

// full is the refusal of a host with as many containers as it may have.
func full(most int) *Refusal {
	return refuse("is", "are", "full (at most "+count(most, "container")+")")
}
