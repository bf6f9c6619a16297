package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

type planOptions struct {
	up     upOptions
	format string
}

func newPlan(s *session) *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "Show what up would do: which container goes to which host, and why",
		ArgsUsage: "[SERVICE...]",
		Flags: append([]cli.Flag{
			textFlag("format", "", `Format of the output: "text" or "json" (default "text")`),
		}, convergeFlags()...),
		Action: func(c *cli.Context) error {
			o, err := parsePlan(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parsePlan(c *cli.Context) (planOptions, error) {
	if err := oneOf(c, "format", "text", "json"); err != nil {
		return planOptions{}, err
	}
	up, err := parseConverge(c)
	return planOptions{up: up, format: c.String("format")}, err
}

func (o planOptions) run(ctx context.Context, s *session) error {
	p, env, err := o.up.prepare(ctx, s)
	if err != nil {
		return err
	}
	planned, err := compose.Plan(ctx, env, p, o.up.UpOptions)
	if err != nil {
		return err
	}
	return s.printPlan(planned, o.format)
}

// printPlan prints a plan on standard output: as text, or as JSON.
func (s *session) printPlan(p *plan.Plan, format string) error {
	if format == "json" {
		enc := json.NewEncoder(s.out)
		enc.SetIndent("", "  ")
		return enc.Encode(p)
	}
	_, err := fmt.Fprint(s.out, cleanLines(p.Text()))
	return err
}
