package main

import (
	"fmt"

	"github.com/urfave/cli/v2"
)

// newAlpha has the commands that Docker Compose calls experimental.
func newAlpha(s *session) *cli.Command {
	return &cli.Command{
		Name:        "alpha",
		Usage:       "Experimental commands",
		Hidden:      true,
		Subcommands: []*cli.Command{newAlphaGenerate(s), newAlphaViz(s)},
	}
}

// experimental tells that a command may change.
func (s *session) experimental(command string) {
	fmt.Fprintln(s.err, command+" command is EXPERIMENTAL")
}
