package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
)

type hostsScaleOptions struct {
	wanted []locationSize
	yes    bool
}

// locationSize is how many hosts a location is to have.
type locationSize struct {
	location string
	hosts    int
}

func newHostsScale(s *session) *cli.Command {
	return &cli.Command{
		Name:      "scale",
		Usage:     "Give locations that have a provider a number of hosts",
		ArgsUsage: "LOCATION=N...",
		Description: "Hosts that lack are made. Of those that are too many, empty ones are deleted, the last ones first; " +
			"each is drained before, so that nothing is placed there meanwhile. Nothing that runs is moved.",
		Flags: []cli.Flag{boolFlag("yes", "y", "Answer yes to all questions")},
		Action: func(c *cli.Context) error {
			wanted, err := parseLocationSizes(c.Args().Slice())
			if err != nil {
				return err
			}
			return hostsScaleOptions{wanted, c.Bool("yes")}.run(c.Context, s)
		},
	}
}

func parseLocationSizes(words []string) (all []locationSize, err error) {
	if len(words) == 0 {
		return nil, errors.New("name the locations, and how many hosts they are to have: LOCATION=N")
	}
	for _, word := range words {
		name, number, _ := strings.Cut(word, "=")
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || name == "" {
			return nil, fmt.Errorf("%q isn't LOCATION=N, such as burst=3", word)
		}
		all = append(all, locationSize{name, n})
	}
	return all, nil
}

func (o hostsScaleOptions) run(ctx context.Context, s *session) error {
	s.show("hosts scale")
	for _, l := range o.wanted {
		env, order, err := s.hostOrder(ctx, l.location)
		if err != nil {
			return err
		}
		order.Count, order.Yes = l.hosts, o.yes
		if s.root.dryRun {
			fmt.Fprintf(s.out, "would give location %s %d hosts\n", l.location, l.hosts)
			continue
		}
		if err := compose.ScaleHosts(ctx, env, order); err != nil {
			return err
		}
	}
	return nil
}
