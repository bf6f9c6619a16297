package scheduler

import (
	"math"

	"github.com/expr-lang/expr"
)

// prefer is the order prefer: the host for which the user's expression is
// highest. One for which it comes to no result is last.
type prefer struct{ expression }

func newPrefer(value any) (Rule, error) {
	e, err := newExpression("prefer", value, expr.AsFloat64())
	return prefer{e}, err
}

func (prefer) Name() string { return "prefer" }

func (o prefer) Rank(t *Task, s *Seat) float64 {
	result, err := o.run(t, s)
	n, ok := result.(float64)
	if err != nil || !ok || math.IsNaN(n) {
		return math.Inf(1)
	}
	return -n
}

func (o prefer) Explain(t *Task, s *Seat) string {
	rank := o.Rank(t, s)
	if math.IsInf(rank, 1) {
		return "`" + o.text + "` has no result"
	}
	return "`" + o.text + "` is " + decimal(math.Round(-rank*100)/100+0)
}
