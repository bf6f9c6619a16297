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

func (all constraints) Check(_ *Task, c *Candidate) *Refusal {
	for _, constraint := range all {
		if !constraint.Met(&c.Host) {
			return refuse("doesn't", "don't", "meet "+constraint.String())
		}
	}
	return nil
}

func (constraints) Evicts() bool { return true }

func (constraints) Hint(t *Task) string {
	return "label a host accordingly, or change deploy.placement.constraints of " + t.Service
}
