package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/picture"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// codeChanges is the exit code of a plan that isn't empty, where it is asked for.
const codeChanges = 2

// explainedPool is how large a pool may be for JSON to rank its hosts unasked.
const explainedPool = 100

type planOptions struct {
	up           upOptions
	format       string
	explain      bool
	detailedExit bool
	out          string
	simulation   simulation
}

func newPlan(s *session) *cli.Command {
	return &cli.Command{
		Name:      "plan",
		Usage:     "Show what up would do: which container goes to which host, and why",
		ArgsUsage: "[SERVICE...]",
		Flags: append([]cli.Flag{
			boolFlag("detailed-exitcode", "", "Exit with 2 where there is something to do"),
			boolFlag("explain", "", "Rank the hosts for each replica, and say why each other one was refused"),
			textFlag("format", "", `Format of the output: "tree", "text" or "json" (default "tree")`),
			textFlag("out", "", "Write the plan to a file that apply carries out"),
			textFlag("pool", "", "Plan for the pool of a file that hosts snapshot has written, without any engine"),
			textFlag("simulate", "", "Plan for hosts that don't exist, such as 1000x4cpu-16g,zone=a..c, without any engine"),
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
	if err := oneOf(c, "format", "tree", "text", "json"); err != nil {
		return planOptions{}, err
	}
	for _, pair := range [][]string{{"out", "simulate"}, {"out", "pool"}} {
		if err := incompatible(c, pair...); err != nil {
			return planOptions{}, err
		}
	}
	up, err := parseConverge(c)
	return planOptions{
		up: up, format: c.String("format"), explain: c.Bool("explain"), detailedExit: c.Bool("detailed-exitcode"), out: c.String("out"),
		simulation: simulation{invented: c.String("simulate"), file: c.String("pool")},
	}, err
}

func (o planOptions) run(ctx context.Context, s *session) error {
	p, env, err := o.up.prepare(ctx, s)
	if err != nil {
		return err
	}
	planned, err := o.plan(ctx, s, p, env)
	if err != nil {
		return err
	}
	if err := s.printPlan(planned, o.format); err != nil {
		return err
	}
	if o.detailedExit && !planned.Empty() {
		return status(codeChanges)
	}
	return nil
}

// plan is made on the pool, or on the one that is simulated.
func (o planOptions) plan(ctx context.Context, s *session, p *project.Project, env *compose.Env) (*plan.Plan, error) {
	if !o.simulation.wanted() {
		o.explained(len(env.Pool))
		if o.out != "" {
			return o.save(ctx, s, p, env)
		}
		return compose.Plan(ctx, env, p, o.up.UpOptions)
	}
	pool, err := o.simulation.snapshot(s, p, env.Locations)
	if err != nil {
		return nil, err
	}
	o.explained(len(pool.Observations))
	return compose.Simulate(ctx, env, p, o.up.UpOptions, pool)
}

// save makes the plan, and writes it to the file.
func (o planOptions) save(ctx context.Context, s *session, p *project.Project, env *compose.Env) (*plan.Plan, error) {
	from, err := s.sourceOf(p)
	if err != nil {
		return nil, err
	}
	planned, saved, err := compose.SavePlan(ctx, env, p, o.up.UpOptions, from)
	if err != nil {
		return nil, err
	}
	return planned, s.writePlan(o.out, saved)
}

// explained asks for explanations: of the services that are named, or of all.
// JSON has them anyway where they aren't too many.
func (o *planOptions) explained(pool int) {
	switch {
	case o.explain && len(o.up.Services) > 0:
		o.up.Explain.Services = o.up.Services
	case o.explain, o.format == "json" && pool <= explainedPool:
		o.up.Explain.All = true
	}
}

// printPlan prints a plan on standard output: as a picture, as text, or as JSON.
func (s *session) printPlan(p *plan.Plan, format string) error {
	switch format {
	case "json":
		enc := json.NewEncoder(terminal.JSON(s.out))
		enc.SetIndent("", "  ")
		return enc.Encode(p)
	case "text":
		_, err := io.WriteString(s.out, cleanLines(p.Text()))
		return err
	}
	width, _ := terminal.Size(s.out)
	_, err := fmt.Fprint(s.out, cleanLines(picture.Draw(p, width)))
	return err
}
