package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

type rebalanceOptions struct {
	up  upOptions
	yes bool
}

func newRebalance(s *session) *cli.Command {
	return &cli.Command{
		Name:      "rebalance",
		Usage:     "Move replicas so that the hosts are evenly used again",
		ArgsUsage: " ",
		Description: "It makes the fewest moves after which no further one is a gain by the strategies of the services, " +
			"says what is gained, and asks. Replicas with volumes, groups and jobs stay.",
		Flags: []cli.Flag{
			intFlag("max-moves", "", "Move this many replicas at most"),
			boolFlag("yes", "y", "Answer yes to all questions"),
		},
		Action: func(c *cli.Context) error {
			o, err := parseRebalance(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parseRebalance(c *cli.Context) (rebalanceOptions, error) {
	o := rebalanceOptions{yes: c.Bool("yes")}
	if c.Args().Present() {
		return o, errors.New("rebalance takes no arguments: it looks at the whole project")
	}
	o.up.MaxMoves = c.Int("max-moves")
	if o.up.MaxMoves < 0 || c.IsSet("max-moves") && o.up.MaxMoves == 0 {
		return o, errors.New("--max-moves must be 1 or more")
	}
	return o, nil
}

func (o rebalanceOptions) run(ctx context.Context, s *session) error {
	s.show("rebalance")
	p, env, err := o.up.prepare(ctx, s)
	if err != nil {
		return err
	}
	if s.root.dryRun {
		planned, err := compose.PlanRebalance(ctx, env, p, o.up.UpOptions)
		if err != nil {
			return err
		}
		return s.printPlan(planned, "")
	}
	planned, err := compose.Rebalance(ctx, env, p, o.up.UpOptions, func(planned *plan.Plan) (bool, error) { return o.accept(s, planned) })
	s.renderer.Flush()
	s.sayIfEmpty(planned, "No move is a gain.")
	if err == nil && planned.Empty() {
		fmt.Fprint(s.err, cleanLines(strings.Join(planned.Left, "\n")))
	}
	return err
}

// accept says what is moved and gained, and asks.
func (o rebalanceOptions) accept(s *session, planned *plan.Plan) (bool, error) {
	for _, r := range planned.Replicas {
		if r.Fate == plan.FateMoves {
			fmt.Fprint(s.out, cleanLines(fmt.Sprintf("%s: %s to %s", r.Name, r.From, r.Host)))
		}
	}
	fmt.Fprint(s.out, cleanLines(strings.Join(slices.Concat(planned.Gain, planned.Left), "\n")))
	if o.yes {
		return true, nil
	}
	if !terminal.Is(s.in) {
		return false, errors.New("confirm the moves with -y")
	}
	yes, err := s.confirm("Move them?")
	if err == nil && !yes {
		err = compose.ErrDeclined
	}
	return yes, err
}
