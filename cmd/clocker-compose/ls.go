package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

type lsOptions struct {
	all, quiet bool
	format     listFormat
	filters    filters
}

func newLs(s *session) *cli.Command {
	return &cli.Command{
		Name:  "ls",
		Usage: "List the projects of all hosts",
		Flags: []cli.Flag{
			boolFlag("all", "a", "List projects of which nothing runs, too"),
			listFlag("filter", "", "List projects with a property: name=REGEXP"),
			textFlag("format", "", `Format of the output: "table" or "json" (default "table")`),
			boolFlag("quiet", "q", "List names alone"),
		},
		Action: func(c *cli.Context) error {
			o, err := parseLs(c)
			if err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func parseLs(c *cli.Context) (lsOptions, error) {
	o := lsOptions{all: c.Bool("all"), quiet: c.Bool("quiet"), format: listFormat(c.String("format"))}
	if c.NArg() > 0 {
		return o, fmt.Errorf("ls takes no arguments (found: %q)", c.Args().First())
	}
	var err error
	if o.filters, err = parseFilters(c.StringSlice("filter"), "name"); err != nil {
		return o, err
	}
	return o, o.format.check()
}

func (o lsOptions) run(ctx context.Context, s *session) error {
	pool, err := s.known(ctx)
	if err != nil {
		return err
	}
	env := &compose.Env{
		Pool:    pool,
		Connect: func(h hosts.Host) (compose.Engine, error) { return s.connections.connect(h) },
	}
	rows, absent, err := compose.Ls(ctx, env, o.all)
	if err != nil {
		return err
	}
	s.warnOf(absent)
	rows = slices.DeleteFunc(rows, func(r compose.LsRow) bool { return !o.filters.keepNamed(r.Project) })
	if o.quiet {
		return printWords(s.out, rows, func(r compose.LsRow) string { return r.Project })
	}
	return o.print(s, rows, len(pool) > 1)
}

// lsLine is a project in JSON.
type lsLine struct {
	Name        string
	Status      string
	ConfigFiles string
	// Hosts are those that it has containers on, where the pool has several.
	Hosts []string `json:",omitempty"`
}

func (o lsOptions) print(s *session, rows []compose.LsRow, several bool) error {
	lines := []lsLine{}
	section := table.Section{
		Heads: []string{"NAME", "STATUS", "CONFIG FILES"}, Least: 20, Padding: 3,
		Fit: table.Fit{Width: s.width(), Narrow: []string{"CONFIG FILES"}, Names: []string{"NAME"}, Last: []string{"HOSTS"}},
	}
	if several {
		section.Heads = []string{"NAME", "STATUS", "HOSTS", "CONFIG FILES"}
	}
	for _, r := range rows {
		files := strings.Join(r.ConfigFiles, ",")
		if r.ConfigFiles == nil {
			s.warn(fmt.Sprintf("a container of project %s doesn't tell its compose files", r.Project))
			files = "N/A"
		}
		line, cells := lsLine{r.Project, r.Status(), files, nil}, []string{r.Project, r.Status()}
		if several {
			line.Hosts, cells = r.Hosts, append(cells, strings.Join(r.Hosts, ","))
		}
		lines = append(lines, line)
		section.Rows = append(section.Rows, cleaned(append(cells, files)))
	}
	if o.format.json() {
		return table.PrintJSON(s.out, lines)
	}
	return section.Print(s.out)
}

// cleaned are cells that terminals can be shown.
func cleaned(cells []string) []string {
	for i, c := range cells {
		cells[i] = terminal.Clean(c)
	}
	return cells
}

// listFormat is the format of commands that print a table or one JSON array.
type listFormat string

func (f listFormat) json() bool { return strings.EqualFold(string(f), "json") }

func (f listFormat) check() error {
	if slices.Contains([]string{"", "table", "pretty", "json"}, strings.ToLower(string(f))) {
		return nil
	}
	return errors.New("format value " + fmt.Sprintf("%q", string(f)) + " could not be parsed: use table or json")
}
