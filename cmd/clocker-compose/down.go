package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
)

func newDown(s *session) *cli.Command {
	return &cli.Command{
		Name:      "down",
		Usage:     "Stop and remove containers and networks, on all hosts",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("remove-orphans", "", "Remove containers of services that the compose files don't have"),
			textFlag("rmi", "", `Remove the images of services: "all", or "local" for those without a tag of their own`),
			intFlag("timeout", "t", "Seconds that a container has to stop"),
			boolFlag("volumes", "v", "Remove the volumes too, and the data in them"),
		},
		Action: func(c *cli.Context) error {
			o, err := parseDown(c)
			if err != nil {
				return err
			}
			return runDown(c.Context, s, o)
		},
	}
}

func parseDown(c *cli.Context) (compose.DownOptions, error) {
	return compose.DownOptions{
		Services:      c.Args().Slice(),
		Volumes:       c.Bool("volumes"),
		RemoveOrphans: c.Bool("remove-orphans"),
		Images:        c.String("rmi"),
		Timeout:       seconds(c, "timeout"),
	}, oneOf(c, "rmi", "local", "all")
}

func runDown(ctx context.Context, s *session, o compose.DownOptions) error {
	s.show("down")
	t, err := s.activeTarget(ctx, o.Services...)
	if err != nil {
		return err
	}
	o.Project, o.Model = t.name, t.model
	o.RemoveOrphans = o.RemoveOrphans || s.enabled("COMPOSE_REMOVE_ORPHANS")
	if s.root.dryRun {
		planned, err := compose.PlanDown(ctx, t.env, o)
		if err != nil {
			return err
		}
		return s.printPlan(planned, "text")
	}
	err = compose.Down(ctx, t.env, o)
	s.renderer.Flush()
	return err
}
