package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
)

type waitOptions struct {
	services []string
	down     bool
}

func newWait(s *session) *cli.Command {
	return &cli.Command{
		Name:      "wait",
		Usage:     "Wait until containers end, and exit with the last one's code",
		ArgsUsage: "SERVICE...",
		Flags: []cli.Flag{
			boolFlag("down-project", "", "Take the project down after that"),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() == 0 {
				return errors.New("wait requires at least 1 argument")
			}
			return waitOptions{services: c.Args().Slice(), down: c.Bool("down-project")}.run(c.Context, s)
		},
	}
}

func (o waitOptions) run(ctx context.Context, s *session) error {
	s.show("wait")
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	if s.root.dryRun {
		return nil // it changes nothing, and what it waits for may never come
	}
	code, err := compose.Wait(ctx, t.env, t.name, o.services, func(e compose.Ended) {
		fmt.Fprintf(s.out, "container %q exited with status code %d\n", e.ID, e.Code)
	})
	if err != nil {
		return err
	}
	if o.down {
		if err := compose.Down(ctx, t.env, compose.DownOptions{Project: t.name, Model: t.model}); err != nil {
			return err
		}
	}
	if code != 0 {
		return status(code)
	}
	return nil
}
