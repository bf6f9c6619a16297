package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
)

type pushOptions struct{ compose.PushOptions }

func newPush(s *session) *cli.Command {
	return &cli.Command{
		Name:      "push",
		Usage:     "Push the images of services that are built",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("ignore-push-failures", "", "Go on where an image can't be pushed"),
			boolFlag("include-deps", "", "Push the images of what the named services depend on, too"),
			boolFlag("quiet", "q", "Don't show the progress of layers"),
		},
		Action: func(c *cli.Context) error {
			return pushOptions{compose.PushOptions{
				Services:       c.Args().Slice(),
				Dependencies:   c.Bool("include-deps"),
				IgnoreFailures: c.Bool("ignore-push-failures"),
				Quiet:          c.Bool("quiet"),
				Dry:            s.root.dryRun,
			}}.run(c.Context, s)
		},
	}
}

func (o pushOptions) run(ctx context.Context, s *session) error {
	s.show("push")
	options := s.projectOptions()
	options.Services = o.Services
	p, err := s.load(ctx, options)
	if err != nil {
		return err
	}
	env, err := s.environment(ctx, p)
	if err != nil {
		return err
	}
	defer s.renderer.Flush()
	return compose.Push(ctx, env, p, o.PushOptions)
}
