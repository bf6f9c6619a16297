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

// Check gives what is free of what is short: bytes of memory, or billionths of
// a CPU below zero, or fullUp.
func (reservations) Check(t *Task, s *Seat) (int64, bool) {
	capacity := &s.Capacity
	if free := max(0, capacity.MemoryBytes-s.Reserved.MemoryBytes); short(t.Needs.MemoryBytes, free, capacity.MemoryBytes) {
		return free, false
	}
	if free := max(0, capacity.NanoCPUs-s.Reserved.NanoCPUs); short(t.Needs.NanoCPUs, free, capacity.NanoCPUs) {
		return -1 - free, false
	}
	return fullUp, capacity.Containers == 0 || s.Containers < capacity.Containers
}

const fullUp = math.MinInt64

func short(need, free, capacity int64) bool { return need > 0 && capacity > 0 && need > free }

func (reservations) Refuse(t *Task, s *Seat, free int64) Refusal {
	switch {
	case free == fullUp:
		return full(s.Capacity.Containers)
	case free < 0:
		return lack("CPUs", cpus(t.Needs.NanoCPUs, math.Ceil), cpus(-1-free, math.Floor))
	}
	return lack("memory", memory(t.Needs.MemoryBytes, math.Ceil), memory(free, math.Floor))
}

func (reservations) Evicts() bool { return true }

func (reservations) Hint(t *Task) string {
	return "add a host, or lower deploy.resources.reservations of " + t.Service
}

func lack(what, need, free string) Refusal {
	return Refusal{
		Reason:  fmt.Sprintf("lacks %s (need %s, %s free)", what, need, free),
		Summary: fmt.Sprintf("lack %s (need %s)", what, need),
	}
}

// full is the refusal of a host with as many containers as it may have.
func full(most int) Refusal {
	return refuse("is", "are", "full (at most "+count(most, "container")+")")
}
