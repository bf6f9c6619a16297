package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

func newHostsSSH(s *session) *cli.Command {
	return &cli.Command{
		Name:        "ssh",
		Usage:       "Log in to a host as its engine is reached, with your own ssh",
		ArgsUsage:   "HOST",
		Description: "The host's own key and known_hosts file are used where it has some. With --dry-run the command is printed.",
		Action: func(c *cli.Context) error {
			return runHostsSSH(c.Context, s, c.Args().Slice())
		},
	}
}

func runHostsSSH(ctx context.Context, s *session, names []string) error {
	if len(names) != 1 {
		return errors.New("name one host to log in to; a command is for `" + s.program + " hosts exec`")
	}
	chosen, err := s.chosenHosts(ctx, names, "")
	if err != nil {
		return err
	}
	words, ok, err := docker.SSHArguments(chosen[0].Endpoint, s.dockerEnvironment())
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("host %s (%s) isn't reached by ssh; only endpoints such as ssh://root@10.0.0.11 are", chosen[0].Name, chosen[0].Endpoint)
	}
	if s.root.dryRun {
		fmt.Fprint(s.out, cleanLines("would run ssh "+strings.Join(words, " ")))
		return nil
	}
	c := exec.CommandContext(ctx, "ssh", words...)
	c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr = s.dir, s.environ, s.in, s.out, s.err
	err = c.Run()
	if exit, ended := errors.AsType[*exec.ExitError](err); ended && ctx.Err() == nil {
		return status(exit.ExitCode())
	}
	return err
}
