package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

type commitOptions struct {
	compose.Replica
	hosts.CommitOptions
}

func newCommit(s *session) *cli.Command {
	return &cli.Command{
		Name:      "commit",
		Usage:     "Make an image of a service's container, on its host",
		ArgsUsage: "SERVICE [REPOSITORY[:TAG]]",
		Flags: []cli.Flag{
			textFlag("author", "a", `Author: "John Doe <john@example.com>"`),
			listFlag("change", "c", "Instruction of a Dockerfile to apply to the image"),
			intFlag("index", "", "Number of the replica (default: the lowest that runs)"),
			textFlag("message", "m", "What the image is for"),
			&cli.BoolFlag{Name: "pause", Aliases: aliases("p"), Value: true, Usage: "Pause the container meanwhile (default true)"},
		},
		Action: func(c *cli.Context) error {
			if n := c.NArg(); n < 1 || n > 2 {
				return fmt.Errorf("accepts between 1 and 2 arg(s), received %d", n)
			}
			return parseCommit(c).run(c.Context, s)
		},
	}
}

func parseCommit(c *cli.Context) commitOptions {
	return commitOptions{
		compose.Replica{Service: c.Args().First(), Index: c.Int("index")},
		hosts.CommitOptions{
			Reference: c.Args().Get(1),
			Author:    c.String("author"),
			Message:   c.String("message"),
			Changes:   c.StringSlice("change"),
			NoPause:   !c.Bool("pause"),
		},
	}
}

func (o commitOptions) run(ctx context.Context, s *session) error {
	s.show("commit")
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	o.Project = t.name
	defer s.renderer.Flush()
	return compose.Commit(ctx, t.env, o.Replica, o.CommitOptions, s.root.dryRun)
}
