package main

import (
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/argv"
)

// newHelp is `help COMMAND`, the same as `COMMAND --help`.
func newHelp(s *session) *cli.Command {
	return &cli.Command{
		Name:      "help",
		Usage:     "Show how a command is used",
		ArgsUsage: "[COMMAND]",
		Hidden:    true,
		Action: func(c *cli.Context) error {
			words := append([]string{s.program}, c.Args().Slice()...)
			line, err := argv.Grammar{App: c.App}.Normalise(words)
			if err == nil && line.Unknown != "" {
				err = unknownCommand(s.program, line, c.App)
			}
			if err != nil {
				return err
			}
			return s.help(c.App, line.Path)
		},
	}
}
