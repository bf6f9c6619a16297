package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

type psOptions struct {
	compose.PsOptions
	format   table.Format
	quiet    bool
	services bool
	orphans  bool
	whole    bool
}

func newPs(s *session) *cli.Command {
	return &cli.Command{
		Name:      "ps",
		Usage:     "List containers, and the host of each",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("all", "a", "List stopped containers and those of run, too"),
			textFlag("filter", "", "List containers with a property: status=running"),
			textFlag("format", "", `"table", "table TEMPLATE", "json", or a Go template for each container`),
			boolFlag("no-trunc", "", "Don't shorten the output"),
			&cli.BoolFlag{Name: "orphans", Value: true, Usage: "List containers of services that the compose files don't have (default true)"},
			boolFlag("quiet", "q", "List IDs alone"),
			boolFlag("services", "", "List the names of services alone"),
			listFlag("status", "", "List containers in this state: created, running, paused, restarting, removing, exited or dead"),
		},
		Action: func(c *cli.Context) error {
			o, err := parsePs(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parsePs(c *cli.Context) (psOptions, error) {
	o := psOptions{
		PsOptions: compose.PsOptions{All: c.Bool("all"), Services: c.Args().Slice()},
		format:    table.Format(c.String("format")),
		quiet:     c.Bool("quiet"),
		services:  c.Bool("services"),
		orphans:   c.Bool("orphans"),
		whole:     c.Bool("no-trunc"),
	}
	for _, word := range c.StringSlice("status") {
		o.Status = append(o.Status, hosts.ContainerState(word))
	}
	filter := c.String("filter")
	if filter == "" {
		return o, nil
	}
	key, value, found := strings.Cut(filter, "=")
	switch {
	case !found:
		return o, fmt.Errorf("arguments to --filter should be in form KEY=VAL")
	case key != "status":
		return o, fmt.Errorf("unknown filter %s: use status=STATE", key)
	}
	o.Status = append(o.Status, hosts.ContainerState(value))
	return o, nil
}

func (o psOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx, o.Services...)
	if err != nil {
		return err
	}
	if t.model != nil && !o.orphans {
		o.Known = t.services()
	}
	rows, absent, err := compose.Ps(ctx, t.env, t.name, o.PsOptions)
	if err != nil {
		return err
	}
	s.warnOf(absent)
	switch {
	case o.quiet:
		return printWords(s.out, rows, func(r compose.PsRow) string { return r.ID })
	case o.services && len(rows) == 0:
		fmt.Fprintln(s.out)
		return nil
	case o.services:
		return printWords(s.out, rows, compose.PsRow.Service)
	}
	return o.print(s, t, rows, absent)
}

// print writes the rows as --format asks, or as Docker's configuration does. In
// the ordinary table a host that doesn't answer has a row of its own.
func (o psOptions) print(s *session, t target, rows []compose.PsRow, absent []compose.HostStatus) error {
	format := o.format
	if format == "" {
		format = table.Format(s.clientConfig().PsFormat)
	}
	several, engines := len(t.env.Pool) > 1, false
	lines := make([]psLine, len(rows))
	for i, r := range rows {
		lines[i] = psLine{row: r, project: t.name, whole: o.whole, clean: !format.JSON(), several: several, now: s.now()}
		engines = engines || lines[i].Engine() != ""
	}
	if format == "" {
		for _, h := range absent {
			lines = append(lines, absentLine(h))
		}
	}
	look := psTable(several, engines)
	if !o.whole {
		look.Width = s.width()
	}
	return table.Print(s.out, format, look, lines)
}

// warnOf tells of hosts that are missing in what is shown.
func (s *session) warnOf(absent []compose.HostStatus) {
	for _, h := range absent {
		s.warn(h.String())
	}
}

// width is that of the terminal that tables are printed on, 0 where it is none.
func (s *session) width() int {
	columns, _ := terminal.Size(s.out)
	return columns
}
