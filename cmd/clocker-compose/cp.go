package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

type cpOptions struct {
	compose.CopyOptions
	// out copies from a container.
	out bool
}

func newCp(s *session) *cli.Command {
	return &cli.Command{
		Name:      "cp",
		Usage:     "Copy files between this machine and containers on any host",
		ArgsUsage: "SRC DEST",
		Description: "One of SRC and DEST is SERVICE:PATH, the other a path of this machine, or - for a tar stream. " +
			"What is copied to a service goes into all its containers, and what is copied from it comes from the first one; " +
			"--index chooses one. A folder is copied into DEST where that is a folder, and otherwise in its place; SRC/. " +
			"means what is in it.",
		Flags: []cli.Flag{
			boolFlag("all", "", "Count containers of the run command too"),
			boolFlag("archive", "a", "Give copies in a container to its user"),
			boolFlag("follow-link", "L", "Follow a symbolic link that SRC is"),
			intFlag("index", "", "Number of the container, where the service has several"),
		},
		Action: func(c *cli.Context) error {
			o, err := parseCp(c, s)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parseCp(c *cli.Context, s *session) (cpOptions, error) {
	o := cpOptions{CopyOptions: compose.CopyOptions{
		Folder: s.dir,
		Oneoff: c.Bool("all"),
		Owners: c.Bool("archive"),
		Follow: c.Bool("follow-link"),
		Dry:    s.root.dryRun,
	}}
	o.Index = c.Int("index")
	if c.NArg() != 2 {
		return o, fmt.Errorf("'%s cp' requires 2 arguments", s.program)
	}
	from, to := c.Args().Get(0), c.Args().Get(1)
	source, sourcePath, fromService := servicePath(from)
	target, targetPath, toService := servicePath(to)
	switch {
	case fromService && toService:
		return o, errors.New("copying between services is not supported")
	case fromService:
		o.out, o.Service, o.Path, o.Local = true, source, sourcePath, to
	case toService:
		o.Service, o.Path, o.Local = target, targetPath, from
	default:
		return o, errors.New("unknown copy direction")
	}
	return o, nil
}

// servicePath takes SERVICE:PATH apart; anything else is a path of this machine.
func servicePath(word string) (service, path string, ok bool) {
	if filepath.IsAbs(word) || strings.HasPrefix(word, ".") {
		return "", "", false
	}
	return strings.Cut(word, ":")
}

func (o cpOptions) run(ctx context.Context, s *session) error {
	if o.out && o.Local == "-" && terminal.Is(s.out) {
		return errors.New("a tar stream would harm the terminal: redirect the output, or name a path in place of -")
	}
	s.show("copy")
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	o.Project = t.name
	if o.out {
		err = compose.CopyFrom(ctx, t.env, o.CopyOptions, s.out)
	} else {
		err = compose.CopyTo(ctx, t.env, o.CopyOptions, s.in)
	}
	s.renderer.Flush()
	return err
}
