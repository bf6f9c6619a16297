package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

type watchOptions struct {
	upOptions
	noUp, prune bool
}

func newWatch(s *session) *cli.Command {
	return &cli.Command{
		Name:  "watch",
		Usage: "Bring changes of files to the containers, until interrupted",
		Description: "What is watched, and what a change does, stands in the develop sections of services.\n" +
			"An attached up does the same with --watch, or when w is pressed.",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("no-up", "", "Don't create and start services before watching"),
			&cli.BoolFlag{Name: "prune", Usage: "Remove images that a rebuild has replaced, on all hosts", Value: true},
			boolFlag("quiet", "", "Don't show the output of builds"),
		},
		Action: func(c *cli.Context) error {
			o := watchOptions{noUp: c.Bool("no-up"), prune: c.Bool("prune")}
			o.Services, o.quiet = c.Args().Slice(), quietOptions{pull: c.Bool("quiet"), build: c.Bool("quiet")}
			return o.run(c.Context, s)
		},
	}
}

func (o watchOptions) run(ctx context.Context, s *session) error {
	s.show("up")
	p, env, err := o.prepare(ctx, s)
	if err != nil {
		return err
	}
	if err := compose.CheckWatch(env, p, o.Services); err != nil {
		return err
	}
	if s.root.dryRun {
		planned, err := compose.Plan(ctx, env, p, o.UpOptions)
		if err != nil {
			return err
		}
		return s.printPlan(planned, "text")
	}
	if o.noUp {
		s.warnUnlisted(env.Unlisted)
	} else {
		_, err = compose.Up(ctx, env, p, o.UpOptions)
		s.renderer.Flush()
		if err != nil {
			return err
		}
	}
	env.Events, s.acting = s.lines().Event, ""
	err = compose.Watch(ctx, env, p, compose.WatchOptions{
		Services: o.Services, Prune: o.prune, Out: s.out, Err: s.err,
		Tell: func(sentence string) { fmt.Fprintln(s.out, terminal.Clean(sentence)) },
	})
	if err != nil {
		return err
	}
	return ctx.Err()
}
