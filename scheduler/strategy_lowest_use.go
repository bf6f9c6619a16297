package scheduler

import (
	"math"
	"time"
)

// lowestUse is the orders lowest-cpu and lowest-memory: the host that uses the
// smallest part of its CPUs or memory, as measured. One that wasn't measured
// comes last.
type lowestUse struct {
	name string
	of   usage
}

func newLowestUse(name string, of usage) func(any) (Rule, error) {
	return func(value any) (Rule, error) { return lowestUse{name, of}, noValue(name, value) }
}

func (o lowestUse) Name() string { return o.name }

func (o lowestUse) Rank(_ *Task, s *Seat) float64 {
	if used, known := o.of.read(s.Host); known {
		return used
	}
	return math.Inf(1)
}

func (o lowestUse) Explain(_ *Task, s *Seat) string {
	used, known := o.of.read(s.Host)
	if !known {
		return "not measured"
	}
	return percent(used, math.Round) + " of its " + o.of.noun + ", measured " + s.Host.Use.Age.Round(time.Second).String() + " ago"
}
