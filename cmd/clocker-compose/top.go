package main

import (
	"context"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

type topOptions struct{ services []string }

func newTop(s *session) *cli.Command {
	return &cli.Command{
		Name:      "top",
		Usage:     "Show the processes in containers of all hosts",
		ArgsUsage: "[SERVICE...]",
		Action:    func(c *cli.Context) error { return topOptions{c.Args().Slice()}.run(c.Context, s) },
	}
}

func (o topOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	rows, absent, err := compose.Top(ctx, t.env, t.name, o.services)
	if err != nil {
		return err
	}
	s.warnOf(absent)
	section := topTable(rows, len(t.env.Pool) > 1)
	section.Width = s.width()
	if len(section.Rows) == 0 {
		return nil
	}
	return section.Print(s.out)
}

// topTable has a column for each title that any host's ps has, the command last.
func topTable(rows []compose.TopRow, several bool) table.Section {
	const command = "CMD"
	section := table.Section{
		Heads: []string{"SERVICE", "#"}, Least: 4, Padding: 2,
		Fit: table.Fit{Narrow: []string{"C", "STIME", "TTY", "PPID", "TIME", "UID"}, Names: []string{"SERVICE"}, Last: []string{command}},
	}
	if several {
		section.Heads = append(section.Heads, "HOST")
	}
	own := len(section.Heads)
	for _, r := range rows {
		for _, title := range r.Processes.Titles {
			if len(r.Processes.Rows) > 0 && !slices.Contains(section.Heads[own:], title) {
				section.Heads = append(section.Heads, title)
			}
		}
	}
	if i := slices.Index(section.Heads[own:], command); i >= 0 {
		section.Heads = append(slices.Delete(section.Heads, own+i, own+i+1), command)
	}
	for _, r := range rows {
		for _, process := range r.Processes.Rows {
			cells := []string{topName(r), r.Labels[hosts.LabelContainerNumber]}
			if several {
				cells = append(cells, r.Host)
			}
			for _, title := range section.Heads[own:] {
				cells = append(cells, cell(r.Processes.Titles, process, title))
			}
			section.Rows = append(section.Rows, cleaned(cells))
		}
	}
	section.Heads = cleaned(section.Heads)
	return section
}

// topName is the service, or the container where it has none.
func topName(r compose.TopRow) string {
	if service, ok := r.Labels[hosts.LabelService]; ok {
		return service
	}
	return r.Name
}

// cell is the value of a title, "-" where there is none.
func cell(titles, values []string, title string) string {
	if i := slices.Index(titles, title); i >= 0 && i < len(values) {
		return values[i]
	}
	return "-"
}
