package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func newExec(s *session) *cli.Command {
	return &cli.Command{
		Name:      "exec",
		Usage:     "Run a command in a running container, on whichever host it is",
		ArgsUsage: "SERVICE COMMAND [ARGS...]",
		Flags: []cli.Flag{
			boolFlag("detach", "d", "Leave the command running in the background"),
			listFlag("env", "e", "NAME=VALUE for the command, or NAME with the value that it has here"),
			intFlag("index", "", "Number of the replica (default: the lowest that runs)"),
			boolFlag("no-tty", "T", "Give the command no terminal (default: where standard output is none)"),
			boolFlag("privileged", "", "Give the command extended privileges"),
			textFlag("user", "u", "Run the command as this user"),
			textFlag("workdir", "w", "Run the command in this folder of the container"),
			hidden(&cli.BoolFlag{Name: "interactive", Aliases: []string{"i"}, Value: true}),
			hidden(boolFlag("tty", "t", "")),
			hidden(boolFlag("no-TTY", "", "")),
		},
		Action: func(c *cli.Context) error {
			o, err := parseExec(c, s)
			if err != nil {
				return err
			}
			return runExec(c.Context, s, o)
		},
	}
}

func parseExec(c *cli.Context, s *session) (compose.ExecOptions, error) {
	words := c.Args().Slice()
	if len(words) < 2 {
		return compose.ExecOptions{}, fmt.Errorf("requires at least 2 arg(s), only received %d", len(words))
	}
	tty, err := s.wantsTerminal(c)
	return compose.ExecOptions{
		Replica: compose.Replica{Service: words[0], Index: c.Int("index")},
		ExecOptions: hosts.ExecOptions{
			Command:    words[1:],
			Env:        s.withValues(c.StringSlice("env")),
			User:       c.String("user"),
			WorkingDir: c.String("workdir"),
			Privileged: c.Bool("privileged"),
			Tty:        tty,
		},
		Stdin:  c.Bool("interactive"),
		Detach: c.Bool("detach"),
	}, err
}

// wantsTerminal tells whether a process is to have a terminal: as the flags say,
// and else where the user has one.
func (s *session) wantsTerminal(c *cli.Context) (bool, error) {
	no := c.Bool("no-tty") || c.Bool("no-TTY")
	switch {
	case c.Bool("tty") && no:
		return false, fmt.Errorf("--tty and --no-tty can't be used together")
	case c.IsSet("tty"):
		return c.Bool("tty"), nil
	case c.IsSet("no-tty"), c.IsSet("no-TTY"):
		return !no, nil
	}
	return terminal.Is(s.out), nil
}

// withValues gives each NAME without a value the one that it has here; what has
// none is left out.
func (s *session) withValues(list []string) []string {
	return resolveVariables(list, s.lookup)
}

func runExec(ctx context.Context, s *session, o compose.ExecOptions) error {
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	o.Project = t.name
	o.DetachKeys = s.clientConfig().DetachKeys
	if s.root.dryRun {
		return nil
	}
	code, err := compose.Exec(ctx, t.env, o, s.console(consoleOptions{detachKeys: o.DetachKeys}))
	return ended(code, err)
}

// ended is how the program ends after a process: with the process's own code.
func ended(code int, err error) error {
	if err == nil && code != 0 {
		return status(code)
	}
	return err
}
