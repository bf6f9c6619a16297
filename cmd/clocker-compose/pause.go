package main

import (
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

func newPause(s *session) *cli.Command {
	return pausing(s, "pause", "Freeze containers that run", plan.Pause)
}

func newUnpause(s *session) *cli.Command {
	return pausing(s, "unpause", "Let frozen containers go on", plan.Unpause)
}

func pausing(s *session, name, usage string, apply compose.Change) *cli.Command {
	return &cli.Command{
		Name:      name,
		Usage:     usage,
		ArgsUsage: "[SERVICE...]",
		Action: func(c *cli.Context) error {
			_, err := change{title: name, apply: apply, ChangeOptions: compose.ChangeOptions{
				LifeRequest: plan.LifeRequest{Services: c.Args().Slice()},
			}}.run(c.Context, s)
			return err
		},
	}
}
