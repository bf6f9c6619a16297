package scheduler

import (
	"cmp"
	"errors"
	"fmt"
)

// Verdict is what a program of the user's says of one host.
type Verdict struct {
	// Refuse is why the host isn't to be used, "" where it may be.
	Refuse string `json:"refuse,omitempty"`
	// Score ranks the hosts that may be used, the highest first; Reason says why.
	Score  float64 `json:"score,omitempty"`
	Reason string  `json:"reason,omitempty"`
}

// Verdicts are what a program said, by service and host. They are the value of
// the strategy exec once it was asked: placing calls no program.
type Verdicts struct {
	Program  string
	Services map[string]map[string]Verdict
}

// of is what it said of a host for a task.
func (v *Verdicts) of(t *Task, s *Seat) (verdict Verdict, known bool) {
	verdict, known = v.Services[t.Service][s.Host.Name]
	return verdict, known
}

// unasked is the strategy exec as it stands in files: the name of a program.
type unasked string

func (unasked) Name() string { return "exec" }

// newExec takes a program's name, or what it said.
func newExec(value any) (Rule, error) {
	switch v := value.(type) {
	case *Verdicts:
		return v, nil
	case string:
		if v != "" {
			return unasked(v), nil
		}
	}
	return nil, errors.New("exec needs the name of a program of the config file, such as {exec: cheapest}")
}

// Name is the strategy's. Verdicts are a filter and an order.
func (*Verdicts) Name() string { return "exec" }

// Check refuses hosts that the program refuses, or says nothing of.
func (v *Verdicts) Check(t *Task, s *Seat) (int64, bool) {
	verdict, known := v.of(t, s)
	return 0, known && verdict.Refuse == ""
}

// Refuse is in the program's own words.
func (v *Verdicts) Refuse(t *Task, s *Seat, _ int64) Refusal {
	verdict, _ := v.of(t, s)
	why := cmp.Or(verdict.Refuse, "it says nothing of it")
	return refuse("is", "are", fmt.Sprintf("refused by %s (%s)", v.Program, why))
}

// Evicts is false: a program's second thought doesn't move what runs.
func (*Verdicts) Evicts() bool { return false }

// Hint says whom to ask.
func (v *Verdicts) Hint(*Task) string { return "see why the program " + v.Program + " refuses" }

// Rank puts the highest score first.
func (v *Verdicts) Rank(t *Task, s *Seat) float64 {
	verdict, _ := v.of(t, s)
	return -verdict.Score
}

// Explain has the score, and the program's reason for it.
func (v *Verdicts) Explain(t *Task, s *Seat) string {
	verdict, _ := v.of(t, s)
	text := fmt.Sprintf("%s says %v", v.Program, verdict.Score)
	if verdict.Reason != "" {
		text += " (" + verdict.Reason + ")"
	}
	return text
}
