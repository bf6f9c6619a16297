package scheduler

import "github.com/expr-lang/expr"

// when is the filter when: a host for which the user's expression is true.
type when struct{ expression }

func newWhen(value any) (Rule, error) {
	e, err := newExpression("when", value, expr.AsBool())
	return when{e}, err
}

func (when) Name() string { return "when" }

// failed is the figure of an expression that came to no result.
const failed = 1

func (f when) Check(t *Task, s *Seat) (int64, bool) {
	result, err := f.run(t, s)
	if err != nil {
		return failed, false
	}
	return 0, result == true
}

func (f when) Refuse(_ *Task, _ *Seat, figure int64) Refusal {
	if figure == failed {
		rest := "no answer to `" + f.text + "`"
		return refuse("gives", "give", rest)
	}
	return refuse("doesn't", "don't", "meet `"+f.text+"`")
}

// Evicts is false: what is free on a host may depend on strangers' containers,
// which must not move a replica.
func (when) Evicts() bool { return false }

func (f when) Hint(t *Task) string { return "add a host, or change when of " + t.Service }
