package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
)

type hostsCreateOptions struct {
	location string
	names    []string
	count    int
	size     string
	yes      bool
}

func newHostsCreate(s *session) *cli.Command {
	return &cli.Command{
		Name:      "create",
		Usage:     "Make hosts of a location that has a provider",
		ArgsUsage: "LOCATION [NAME...]",
		Description: "The machines are made all at once, and are hosts when the command ends: they run, SSH answers, and " +
			"Docker is installed. A machine that is there already is finished. With --dry-run they are listed, with their price.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "count", Usage: "How many, where no names are given", DefaultText: "1"},
			textFlag("size", "", "The provider's size of machine (default: that of the template, or the cheapest)"),
			boolFlag("yes", "y", "Answer yes to all questions"),
		},
		Action: func(c *cli.Context) error {
			o, err := parseHostsCreate(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parseHostsCreate(c *cli.Context) (hostsCreateOptions, error) {
	o := hostsCreateOptions{location: c.Args().First(), names: c.Args().Tail(), count: c.Int("count"), size: c.String("size"), yes: c.Bool("yes")}
	switch {
	case o.location == "":
		return o, errors.New("name the location that the hosts are to be in")
	case c.IsSet("count") && len(o.names) > 0:
		return o, errors.New("--count is for hosts without names")
	case c.IsSet("count") && o.count < 1:
		return o, fmt.Errorf("--count must be 1 or more, not %d", o.count)
	}
	o.count = max(o.count, 1)
	return o, nil
}

func (o hostsCreateOptions) run(ctx context.Context, s *session) error {
	s.show("hosts create")
	env, order, err := s.hostOrder(ctx, o.location)
	if err != nil {
		return err
	}
	order.Names, order.Count, order.Size, order.Yes = o.names, o.count, o.size, o.yes
	if len(o.names) == 0 { // again, it would make others
		s.finish = fmt.Sprintf("`%s hosts ls` lists what it made, and `%s hosts create %s HOST...` finishes that", s.program, s.program, o.location)
	}
	if s.root.dryRun {
		return s.listMakes(ctx, env, order)
	}
	makes, err := compose.CreateHosts(ctx, env, order)
	if err != nil {
		return err
	}
	s.renderer.Flush()
	for _, a := range makes {
		fmt.Fprint(s.out, cleanLines(a.Name))
	}
	return nil
}

// listMakes prints the machines that would be made.
func (s *session) listMakes(ctx context.Context, env *compose.Env, order compose.HostOrder) error {
	makes, err := compose.PlanHosts(ctx, env, order)
	if err != nil {
		return err
	}
	for _, a := range makes {
		fmt.Fprint(s.out, cleanLines("would "+a.Verb()+" "+a.Object()))
	}
	return nil
}
