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
	// windowed tells that it is measured over a time, not at a moment.
	windowed bool
	// read is a part of the whole, from 0 to 1; false where it isn't known, or
	// was measured too long ago to say anything.
	read func(*hosts.Host) (float64, bool)
	// added is the part that replicas reserve which were placed on the host
	// after it was measured.
	added func(*Seat) float64
}

func cpuUse() usage {
	return usage{"CPUs", true, func(h *hosts.Host) (float64, bool) {
		if !h.Use.Fresh() {
			return 0, false
		}
		return h.Use.CPU, true
	}, func(s *Seat) float64 { return part(s.added.NanoCPUs, s.Capacity.NanoCPUs) }}
}

func memoryUse() usage {
	return usage{"memory", false, func(h *hosts.Host) (float64, bool) {
		if !h.Use.Fresh() || h.Capacity.MemoryBytes == 0 {
			return 0, false
		}
		return float64(h.Use.MemoryBytes) / float64(h.Capacity.MemoryBytes), true
	}, func(s *Seat) float64 { return part(s.added.MemoryBytes, s.Capacity.MemoryBytes) }}
}

func part(of, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(of) / float64(whole)
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
		return f.unknown(s.Host.Use)
	}
	most := percent(f.most, math.Floor)
	return Refusal{
		Reason: fmt.Sprintf("uses %s of its %s (at most %s, %s)",
			percent(float64(used)/1e6, math.Ceil), f.of.noun, most, f.of.measured(s.Host.Use)),
		Summary: fmt.Sprintf("use too much of their %s (at most %s)", f.of.noun, most),
	}
}

func (f maxUse) unknown(use *hosts.Use) Refusal {
	r := refuse("has", "have", "no measured use of "+f.of.noun)
	if use != nil && !use.Fresh() {
		r.Reason = "was last measured " + age(use) + " ago, which is too long for " + f.name
	}
	return r
}

// measured says how a figure was come by: "measured 3s ago over 30s".
func (u usage) measured(use *hosts.Use) string {
	text := "measured " + age(use) + " ago"
	if u.windowed && use.Window > 0 {
		text += " over " + use.Window.Round(time.Second).String()
	}
	return text
}

func age(use *hosts.Use) string { return use.Age.Round(time.Second).String() }

func (maxUse) Evicts() bool { return false }

func (f maxUse) Hint(*Task) string {
	return "add a host, or raise " + f.name + " (hosts without a measurement get one when `up` runs)"
}

func percent(part float64, round func(float64) float64) string {
	return decimal(round(math.Round(part*1e6)/1e4)) + "%"
}
