package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

type generateOptions struct {
	containers   []string
	format, name string
}

func newAlphaGenerate(s *session) *cli.Command {
	return &cli.Command{
		Name:      "generate",
		Usage:     "Write a compose file for containers that exist",
		ArgsUsage: "[CONTAINERS...]",
		Flags: []cli.Flag{
			textFlag("format", "", `Format of the output: "yaml" or "json" (default "yaml")`),
			textFlag("name", "", "Name of the project in the file"),
			hidden(textFlag("project-dir", "", "Accepted and without effect")),
		},
		Action: func(c *cli.Context) error {
			return generateOptions{c.Args().Slice(), cmp.Or(c.String("format"), "yaml"), c.String("name")}.run(c.Context, s)
		},
	}
}

func (o generateOptions) run(ctx context.Context, s *session) error {
	s.experimental("generate")
	if len(o.containers) == 0 {
		return errors.New("at least one container must be specified")
	}
	env, err := s.environment(ctx, nil)
	if err != nil {
		return err
	}
	p, err := compose.Generate(ctx, env, o.name, o.containers)
	if err != nil {
		return err
	}
	content, err := project.Render(p, o.format)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, string(content))
	return err
}
