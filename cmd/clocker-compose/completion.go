package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/shell"
)

func newCompletion(s *session) *cli.Command {
	return &cli.Command{
		Name:      "completion",
		Usage:     "Print the script by which a shell completes command lines",
		ArgsUsage: "bash|fish|powershell|zsh",
		Description: "For this shell alone: source <(clocker-compose completion bash). For all: write it to the folder where the " +
			"shell looks, such as ~/.local/share/bash-completion/completions/clocker-compose. As a plugin of docker no script " +
			"is needed: docker's own completion asks the plugin.",
		Action: func(c *cli.Context) error {
			if c.NArg() != 1 {
				return fmt.Errorf("requires exactly 1 arg(s), received %d", c.NArg())
			}
			script, err := shell.Script(c.Args().First(), programName)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(s.out, script)
			return err
		},
	}
}
