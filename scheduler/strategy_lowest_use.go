package scheduler

import "math"

// lowestUse is the orders lowest-cpu and lowest-memory: the host that uses the
// smallest part of its CPUs or memory, as measured, together with what replicas
// reserve that are placed there now. One that wasn't measured comes last. Less
// than a percent is noise, and leaves ties.
type lowestUse struct {
	name string
	of   usage
}

func newLowestUse(name string, of usage) func(any) (Rule, error) {
	return func(value any) (Rule, error) { return lowestUse{name, of}, noValue(name, value) }
}

func (o lowestUse) Name() string { return o.name }

func (o lowestUse) Rank(_ *Task, s *Seat) float64 {
	used, known := o.of.read(s.Host)
	if !known {
		return math.Inf(1)
	}
	return math.Round(100 * (used + o.of.added(s)))
}

func (o lowestUse) Explain(_ *Task, s *Seat) string {
	used, known := o.of.read(s.Host)
	switch {
	case known:
		text := percent(used, math.Round) + " of its " + o.of.noun + ", " + o.of.measured(s.Host.Use)
		if added := o.of.added(s); added > 0 {
			text += ", and " + percent(added, math.Round) + " placed since"
		}
		return text
	case s.Host.Use != nil && !s.Host.Use.Fresh():
		return "last measured " + age(s.Host.Use) + " ago, which is too long"
	}
	return "not measured"
}
