package scheduler

import (
	"fmt"
	"math"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// maxUse is the filters max-cpu and max-memory: a host that uses less than a
// part of all its CPUs or memory, as measured. A host that wasn't measured is
// refused, because a figure that is missing isn't a small one.
type maxUse struct {
	name string
	of   usage
	most float64
}

// usage is what can be measured.
type usage struct {
	noun string
	// read is a part of the whole, from 0 to 1; false where it isn't known.
	read func(*hosts.Host) (float64, bool)
}

func cpuUse() usage {
	return usage{"CPUs", func(h *hosts.Host) (float64, bool) {
		if h.Use == nil {
			return 0, false
		}
		return h.Use.CPU, true
	}}
}

func memoryUse() usage {
	return usage{"memory", func(h *hosts.Host) (float64, bool) {
		if h.Use == nil || h.Capacity.MemoryBytes == 0 {
			return 0, false
		}
		return float64(h.Use.MemoryBytes) / float64(h.Capacity.MemoryBytes), true
	}}
}

func newMaxUse(name string, of usage) func(any) (Rule, error) {
	return func(value any) (Rule, error) {
		most, ok := fraction(value)
		if !ok {
			return nil, fmt.Errorf("%s wants a part of the whole, such as `%s: 0.75` or `%s: 75%%`, not %s", name, name, name, quoted(value))
		}
		return maxUse{name, of, most}, nil
	}
}

func (f maxUse) Name() string { return f.name }

// notMeasured is the figure of a host without one; others are in millionths.
const notMeasured = -1

func (f maxUse) Check(_ *Task, s *Seat) (int64, bool) {
	used, known := f.of.read(s.Host)
	if !known {
		return notMeasured, false
	}
	return int64(used * 1e6), used < f.most
}

func (f maxUse) Refuse(_ *Task, s *Seat, used int64) Refusal {
	if used == notMeasured {
		rest := "no measured use of " + f.of.noun
		return refuse("has", "have", rest)
	}
	most := percent(f.most, math.Floor)
	return Refusal{
		Reason: fmt.Sprintf("uses %s of its %s (at most %s, measured %s ago)",
			percent(float64(used)/1e6, math.Ceil), f.of.noun, most, s.Host.Use.Age.Round(time.Second)),
		Summary: fmt.Sprintf("use too much of their %s (at most %s)", f.of.noun, most),
	}
}

func (maxUse) Evicts() bool { return false }

func (f maxUse) Hint(*Task) string { return "add a host, or raise " + f.name }

func percent(part float64, round func(float64) float64) string {
	return decimal(round(math.Round(part*1e6)/1e4)) + "%"
}
