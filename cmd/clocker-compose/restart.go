package main

import (
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

func newRestart(s *session) *cli.Command {
	return &cli.Command{
		Name:      "restart",
		Usage:     "Restart containers, and what restarts along with them",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("no-deps", "", "Leave alone the services that depend on the named ones"),
			intFlag("timeout", "t", "Seconds that a container has to stop"),
		},
		Action: func(c *cli.Context) error {
			_, err := parseRestart(c).run(c.Context, s)
			return err
		},
	}
}

func parseRestart(c *cli.Context) change {
	return change{title: "restart", apply: plan.Restart, ChangeOptions: compose.ChangeOptions{
		Starts: true,
		LifeRequest: plan.LifeRequest{
			Services: c.Args().Slice(), Timeout: seconds(c, "timeout"), NoDeps: c.Bool("no-deps"),
		},
	}}
}
