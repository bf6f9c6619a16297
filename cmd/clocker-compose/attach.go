package main

import (
	"cmp"
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
)

type attachOneOptions struct {
	compose.ConverseOptions
	proxySignals bool
}

func newAttach(s *session) *cli.Command {
	return &cli.Command{
		Name:      "attach",
		Usage:     "Join the input and output of a container, on whichever host it is",
		ArgsUsage: "SERVICE",
		Flags: []cli.Flag{
			textFlag("detach-keys", "", `Keys that leave the container alone (default "ctrl-p,ctrl-q")`),
			intFlag("index", "", "Number of the replica (default: the lowest that runs)"),
			boolFlag("no-stdin", "", "Leave the container's input alone"),
			&cli.BoolFlag{Name: "sig-proxy", Value: true, Usage: "Pass signals on to the container (default true)"},
		},
		Action: func(c *cli.Context) error {
			o, err := parseAttachOne(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parseAttachOne(c *cli.Context) (attachOneOptions, error) {
	if n := c.NArg(); n != 1 {
		return attachOneOptions{}, fmt.Errorf("requires exactly 1 arg(s), received %d", n)
	}
	return attachOneOptions{
		ConverseOptions: compose.ConverseOptions{
			Replica:    compose.Replica{Service: c.Args().First(), Index: c.Int("index")},
			NoStdin:    c.Bool("no-stdin"),
			DetachKeys: c.String("detach-keys"),
		},
		proxySignals: c.Bool("sig-proxy"),
	}, nil
}

func (o attachOneOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	o.Project = t.name
	o.DetachKeys = cmp.Or(o.DetachKeys, s.clientConfig().DetachKeys)
	if s.root.dryRun {
		return nil
	}
	user := s.console(consoleOptions{detachKeys: o.DetachKeys, signals: o.proxySignals})
	return ended(compose.Converse(ctx, t.env, o.ConverseOptions, user))
}
