package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

type vizOptions struct {
	project.GraphOptions
	size   int
	spaces bool
}

func newAlphaViz(s *session) *cli.Command {
	return &cli.Command{
		Name:  "viz",
		Usage: "Draw the services, and what they depend on, for Graphviz",
		Flags: []cli.Flag{
			boolFlag("image", "", "Show images"),
			&cli.IntFlag{Name: "indentation-size", Value: 1, Usage: "How many tabs or spaces a line is indented by (default 1)"},
			boolFlag("networks", "", "Show networks"),
			boolFlag("ports", "", "Show ports"),
			boolFlag("spaces", "", "Indent with spaces instead of tabs"),
		},
		Action: func(c *cli.Context) error {
			return vizOptions{
				GraphOptions: project.GraphOptions{Image: c.Bool("image"), Networks: c.Bool("networks"), Ports: c.Bool("ports")},
				size:         c.Int("indentation-size"),
				spaces:       c.Bool("spaces"),
			}.run(c.Context, s)
		},
	}
}

func (o vizOptions) run(ctx context.Context, s *session) error {
	if o.size < 0 {
		return fmt.Errorf("invalid indentation size: %d", o.size)
	}
	s.experimental("viz")
	p, err := s.load(ctx, s.projectOptions())
	if err != nil {
		return err
	}
	character := "\t"
	if o.spaces {
		character = " "
	}
	o.Indent = strings.Repeat(character, o.size)
	_, err = fmt.Fprintln(s.out, project.Graph(p, o.GraphOptions))
	return err
}
