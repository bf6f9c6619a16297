package main

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

func newStart(s *session) *cli.Command {
	return &cli.Command{
		Name:      "start",
		Usage:     "Start containers that exist",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("wait", "", "Wait until services are running or healthy"),
			intFlag("wait-timeout", "", "Wait this many seconds at most"),
		},
		Action: func(c *cli.Context) error {
			_, err := parseStart(c).run(c.Context, s)
			return err
		},
	}
}

func parseStart(c *cli.Context) change {
	return change{title: "start", apply: plan.Start, ChangeOptions: compose.ChangeOptions{
		LifeRequest: plan.LifeRequest{Services: c.Args().Slice(), Wait: c.Bool("wait")},
		Starts:      true,
		WaitTimeout: time.Duration(c.Int("wait-timeout")) * time.Second,
	}}
}
