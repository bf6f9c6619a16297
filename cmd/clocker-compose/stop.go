package main

import (
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

func newStop(s *session) *cli.Command {
	return &cli.Command{
		Name:      "stop",
		Usage:     "Stop containers and leave them there",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			intFlag("timeout", "t", "Seconds that a container has to stop"),
		},
		Action: func(c *cli.Context) error {
			_, err := parseStop(c).run(c.Context, s)
			return err
		},
	}
}

func parseStop(c *cli.Context) change {
	return change{title: "stop", apply: plan.Stop, ChangeOptions: compose.ChangeOptions{
		Stops:       true,
		LifeRequest: plan.LifeRequest{Services: c.Args().Slice(), Timeout: seconds(c, "timeout")},
	}}
}
