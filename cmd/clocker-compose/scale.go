package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
)

func newScale(s *session) *cli.Command {
	return &cli.Command{
		Name:      "scale",
		Usage:     "Run a number of replicas of a service",
		ArgsUsage: "SERVICE=REPLICAS...",
		Flags: []cli.Flag{
			boolFlag("no-deps", "", "Leave alone the services that the named ones depend on"),
			boolFlag("yes", "y", "Answer yes to all questions"),
		},
		Action: func(c *cli.Context) error {
			o, err := parseScaleCommand(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parseScaleCommand(c *cli.Context) (upOptions, error) {
	if c.NArg() == 0 {
		return upOptions{}, fmt.Errorf("requires at least 1 arg(s), only received 0")
	}
	scale, err := parseReplicas(c.Args().Slice())
	return upOptions{title: "scale", detach: true, UpOptions: compose.UpOptions{Yes: c.Bool("yes"), Options: plan.Options{
		Services: slices.Sorted(maps.Keys(scale)), Scale: scale, NoDeps: c.Bool("no-deps"),
	}}}, err
}

// parseReplicas reads SERVICE=REPLICAS.
func parseReplicas(words []string) (map[string]int, error) {
	scale := map[string]int{}
	for _, word := range words {
		service, number, found := strings.Cut(word, "=")
		if !found || service == "" {
			return nil, fmt.Errorf("invalid scale specifier: %s", word)
		}
		n, err := strconv.Atoi(number)
		switch {
		case err != nil:
			return nil, fmt.Errorf("invalid scale specifier: can't parse replica value as int: %s", word)
		case n < 0:
			return nil, fmt.Errorf("invalid scale specifier: a service has 0 replicas or more: %s", word)
		}
		scale[service] = n
	}
	return scale, nil
}
