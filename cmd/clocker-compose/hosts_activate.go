package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
)

func newHostsActivate(s *session) *cli.Command {
	return &cli.Command{
		Name:        "activate",
		Usage:       "Let containers be placed on drained hosts again",
		ArgsUsage:   "HOST...",
		Description: "Nothing moves back by itself; rebalance does that.",
		Action:      func(c *cli.Context) error { return runHostsActivate(c.Context, s, c.Args().Slice()) },
	}
}

func runHostsActivate(ctx context.Context, s *session, names []string) error {
	chosen, err := s.chosenHosts(ctx, names, "name the hosts to activate")
	if err != nil {
		return err
	}
	if s.root.dryRun {
		for _, h := range chosen {
			fmt.Fprintf(s.out, "would activate %s\n", h.Name)
		}
		return nil
	}
	return s.mark(ctx, chosen, "active", compose.Activate)
}
