package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

// change is a command that changes containers that exist.
type change struct {
	title string
	apply compose.Change
	compose.ChangeOptions
}

// run makes the change, or prints it with --dry-run, and returns its plan.
func (c change) run(ctx context.Context, s *session) (*plan.Plan, error) {
	s.show(c.title)
	t, err := s.activeTarget(ctx, c.Services...)
	if err != nil {
		return nil, err
	}
	c.Project, c.Model = t.name, t.model
	if s.root.dryRun {
		planned, err := compose.PlanChange(ctx, t.env, c.apply, c.ChangeOptions)
		if err != nil {
			return nil, err
		}
		return planned, s.printPlan(planned, "text")
	}
	planned, err := compose.Apply(ctx, t.env, c.apply, c.ChangeOptions)
	s.renderer.Flush()
	return planned, err
}

// sayIfEmpty says a sentence where there was nothing to do.
func (s *session) sayIfEmpty(planned *plan.Plan, sentence string) {
	if planned != nil && planned.Empty() {
		fmt.Fprintln(s.err, sentence)
	}
}

// removed are the names of the containers that a plan removes, sorted.
func removed(p *plan.Plan) []string {
	var names []string
	for _, step := range p.Steps {
		if remove, ok := step.Action.(plan.RemoveContainer); ok {
			names = append(names, remove.Name)
		}
	}
	slices.Sort(names)
	return names
}
