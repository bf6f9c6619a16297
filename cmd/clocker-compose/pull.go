package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

type pullOptions struct {
	plan.PullOptions
	quiet bool
}

func newPull(s *session) *cli.Command {
	return &cli.Command{
		Name:      "pull",
		Usage:     "Pull the images of services, on the hosts that need them",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("ignore-buildable", "", "Leave out images that could be built"),
			boolFlag("ignore-pull-failures", "", "Go on where an image can't be pulled"),
			boolFlag("include-deps", "", "Pull the images of what the named services depend on, too"),
			textFlag("policy", "", `Pull "missing" images only, or "always"`),
			boolFlag("quiet", "q", "Don't show the progress of layers"),
		},
		Action: func(c *cli.Context) error {
			o, err := parsePull(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parsePull(c *cli.Context) (pullOptions, error) {
	return pullOptions{
		PullOptions: plan.PullOptions{
			Services:        c.Args().Slice(),
			Dependencies:    c.Bool("include-deps"),
			Policy:          c.String("policy"),
			IgnoreBuildable: c.Bool("ignore-buildable"),
			IgnoreFailures:  c.Bool("ignore-pull-failures"),
		},
		quiet: c.Bool("quiet"),
	}, oneOf(c, "policy", "missing", "always")
}

func (o pullOptions) run(ctx context.Context, s *session) error {
	s.show("pull")
	options := s.projectOptions()
	options.Services = o.Services
	p, err := s.load(ctx, options)
	if err != nil {
		return err
	}
	env, err := s.placingEnvironment(ctx, p)
	if err != nil {
		return err
	}
	if o.quiet {
		env.Events = quietOptions{pull: true}.of(env.Events)
	}
	if s.root.dryRun {
		planned, err := compose.PlanPull(ctx, env, p, o.PullOptions)
		if err != nil {
			return err
		}
		return s.printPlan(planned, "text")
	}
	err = compose.Pull(ctx, env, p, o.PullOptions)
	s.renderer.Flush()
	return err
}
