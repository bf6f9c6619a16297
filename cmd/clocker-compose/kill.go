package main

import (
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

func newKill(s *session) *cli.Command {
	return &cli.Command{
		Name:      "kill",
		Usage:     "End containers at once, or send them a signal",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("remove-orphans", "", "Include services that the compose files don't have"),
			&cli.StringFlag{Name: "signal", Aliases: []string{"s"}, Value: "SIGKILL", Usage: "Signal to send"},
		},
		Action: func(c *cli.Context) error {
			planned, err := parseKill(c).run(c.Context, s)
			s.sayIfEmpty(planned, "No container to kill")
			return err
		},
	}
}

func parseKill(c *cli.Context) change {
	return change{title: "kill", apply: plan.Kill, ChangeOptions: compose.ChangeOptions{
		LifeRequest: plan.LifeRequest{
			Services: c.Args().Slice(), Signal: c.String("signal"), Orphans: c.Bool("remove-orphans"),
		},
	}}
}
