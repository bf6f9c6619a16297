package main

import (
	"errors"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose/state"
)

func newHostsSnapshot(s *session) *cli.Command {
	return &cli.Command{
		Name:  "snapshot",
		Usage: "Print what is on the hosts, for plan --pool",
		Description: "It is JSON, and leaves out how hosts are reached, what containers run with, " +
			"and all of their labels but those that placement reads.",
		Action: func(c *cli.Context) error {
			if c.Args().Present() {
				return errors.New("hosts snapshot takes no arguments; --location chooses the hosts")
			}
			pool, err := s.known(c.Context)
			if err != nil {
				return err
			}
			snapshot, err := s.observe(c.Context, pool)
			if err != nil {
				return err
			}
			return state.WritePool(terminal.JSON(s.out), snapshot)
		},
	}
}
