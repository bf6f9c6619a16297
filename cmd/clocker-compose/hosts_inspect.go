package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func newHostsInspect(s *session) *cli.Command {
	return &cli.Command{
		Name:      "inspect",
		Usage:     "Show all that is known of hosts and what is on them, as JSON",
		ArgsUsage: "HOST...",
		Flags:     []cli.Flag{textFlag("format", "", `Format of the output: "json"`)},
		Action: func(c *cli.Context) error {
			if err := oneOf(c, "format", "json"); err != nil {
				return err
			}
			return runHostsInspect(c.Context, s, c.Args().Slice())
		},
	}
}

func runHostsInspect(ctx context.Context, s *session, names []string) error {
	if len(names) == 0 {
		return errors.New("name the hosts to inspect")
	}
	known, err := s.known(ctx)
	if err != nil {
		return err
	}
	var chosen []hosts.Host
	for _, name := range names {
		found := slices.DeleteFunc(slices.Clone(known), func(h hosts.Host) bool { return h.Name != name })
		if len(found) == 0 {
			return unknownHost(s.program, name)
		}
		chosen = append(chosen, found...)
	}
	snapshot, err := s.observe(ctx, chosen)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(s.out)
	enc.SetIndent("", "  ")
	return enc.Encode(snapshot.Observations)
}

func unknownHost(program, name string) error {
	return fmt.Errorf("no such host: %s; `%s hosts ls` lists them", name, program)
}
