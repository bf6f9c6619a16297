package scheduler

import (
	"errors"
	"fmt"
)

// affinity is the strategy affinity: rules of whom to be with and whom not.
// Hard ones become a filter, soft ones an order, once it is known who asks and
// where the others are.
type affinity []AffinityRule

func newAffinity(value any) (Rule, error) {
	texts, ok := words(value)
	if !ok {
		return nil, fmt.Errorf("affinity wants a list of rules, such as `affinity: [not service db]`, not %s", quoted(value))
	}
	var rules affinity
	var problems []error
	for _, text := range texts {
		rule, err := ParseAffinity(text)
		if err != nil {
			problems = append(problems, fmt.Errorf("affinity %w", err))
		}
		rules = append(rules, rule)
	}
	return rules, errors.Join(problems...)
}

func (affinity) Name() string { return "affinity" }

// target is whom the rule speaks of, where this task asks.
func (r AffinityRule) target(t *Task) target {
	aim := target{r.Project, r.Service}
	if aim.project == "" {
		aim.project = t.Project
	}
	if aim.service == "" {
		aim.service = t.Service
	}
	return aim
}

// against are the services that the task's rules keep away.
func (rules affinity) against(t *Task) []target {
	var all []target
	for _, r := range rules {
		if r.Not && !r.Soft && !r.Empty {
			all = append(all, r.target(t))
		}
	}
	return all
}

// wants are the services that the task's rules want to be with.
func (rules affinity) wants(t *Task) []target {
	var all []target
	for _, r := range rules {
		if !r.Not && !r.Soft && !r.Empty {
			all = append(all, r.target(t))
		}
	}
	return all
}
