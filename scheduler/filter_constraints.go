package scheduler

// constraints is deploy.placement.constraints, all of which must hold.
type constraints []Constraint

func newConstraints(texts []string) (constraints, error) {
	var all constraints
	for _, text := range texts {
		c, err := ParseConstraint(text)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (constraints) Name() string { return "constraints" }

func (all constraints) Check(_ *Task, s *Seat) (int64, bool) {
	for i, constraint := range all {
		if !constraint.Met(s.Host) {
			return int64(i), false
		}
	}
	return 0, true
}

func (all constraints) Refuse(_ *Task, _ *Seat, unmet int64) Refusal {
	return refuse("doesn't", "don't", "meet "+all[unmet].String())
}

func (constraints) Evicts() bool { return true }

func (constraints) Hint(t *Task) string {
	return "label a host accordingly, or change deploy.placement.constraints of " + t.Service
}
