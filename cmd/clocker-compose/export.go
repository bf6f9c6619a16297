package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

type exportOptions struct {
	compose.Replica
	output string
}

func newExport(s *session) *cli.Command {
	return &cli.Command{
		Name:      "export",
		Usage:     "Write all files of a service's container as a tar archive",
		ArgsUsage: "SERVICE",
		Flags: []cli.Flag{
			intFlag("index", "", "Number of the replica (default: the lowest that runs)"),
			textFlag("output", "o", "Write to this file instead of standard output"),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() < 1 {
				return fmt.Errorf("requires at least 1 arg(s), only received %d", c.NArg())
			}
			o := exportOptions{compose.Replica{Service: c.Args().First(), Index: c.Int("index")}, c.String("output")}
			return o.run(c.Context, s)
		},
	}
}

func (o exportOptions) run(ctx context.Context, s *session) error {
	if o.output == "" && terminal.Is(s.out) && !s.root.dryRun {
		return errors.New("output option is required when exporting to terminal")
	}
	s.show("export")
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	o.Project = t.name
	defer s.renderer.Flush()
	switch {
	case s.root.dryRun:
		return compose.PlanExport(ctx, t.env, o.Replica)
	case o.output == "":
		return compose.Export(ctx, t.env, o.Replica, s.out)
	}
	return writeWhole(s.absolute(o.output), o.output, func(w io.Writer) error { return compose.Export(ctx, t.env, o.Replica, w) })
}
