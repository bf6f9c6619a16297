package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

type statsOptions struct {
	compose.StatsOptions
	format table.Format
	whole  bool
}

func newStats(s *session) *cli.Command {
	return &cli.Command{
		Name:      "stats",
		Usage:     "Show what containers of all hosts use, live",
		ArgsUsage: "[SERVICE]",
		Flags: []cli.Flag{
			boolFlag("all", "a", "Show stopped containers, too"),
			textFlag("format", "", `"table", "table TEMPLATE", "json", or a Go template for each container`),
			boolFlag("no-stream", "", "Show it once"),
			boolFlag("no-trunc", "", "Don't shorten the output"),
		},
		Action: func(c *cli.Context) error {
			if c.NArg() > 1 {
				return fmt.Errorf("accepts at most 1 arg(s), received %d", c.NArg())
			}
			o := statsOptions{format: table.Format(c.String("format")), whole: c.Bool("no-trunc")}
			o.Service, o.All, o.Once = c.Args().First(), c.Bool("all"), c.Bool("no-stream")
			return o.run(c.Context, s)
		},
	}
}

func (o statsOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx)
	if err != nil {
		return err
	}
	if o.format == "" {
		o.format = table.Format(s.clientConfig().StatsFormat)
	}
	several := len(t.env.Pool) > 1
	if o.Once || !s.drawable(s.out) {
		told := map[string]bool{}
		return compose.Stats(ctx, t.env, t.name, o.StatsOptions, func(f compose.StatsFrame) error {
			s.warnOnce(f.Absent, told)
			if o.Once && len(f.Stats) == 0 {
				return nil
			}
			return table.Print(s.out, o.format, o.table(s, several), o.lines(f, several))
		})
	}
	screen := statsScreen{out: s.out, size: func() (int, int) { return terminal.Size(s.out) }}
	return compose.Stats(ctx, t.env, t.name, o.StatsOptions, func(f compose.StatsFrame) error {
		body := screen.buffer()
		if err := table.Print(body, o.format, o.table(s, several), o.lines(f, several)); err != nil {
			return err
		}
		return screen.draw(f.Absent)
	})
}

// warnOnce tells of hosts that go away, once until they are back.
func (s *session) warnOnce(absent []compose.HostStatus, told map[string]bool) {
	away := map[string]bool{}
	for _, h := range absent {
		away[h.Host.Name] = true
		if !told[h.Host.Name] {
			s.warn(h.String())
		}
	}
	clear(told)
	for name := range away {
		told[name] = true
	}
}

func (o statsOptions) lines(f compose.StatsFrame, several bool) []statsLine {
	lines := make([]statsLine, len(f.Stats))
	for i, st := range f.Stats {
		lines[i] = statsLine{stat: st, whole: o.whole, several: several}
	}
	return lines
}

func (o statsOptions) table(s *session, several bool) table.Table {
	look := table.Table{
		Standard: "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}",
		Heads: table.Columns{
			"BlockIO": "BLOCK I/O", "Container": "CONTAINER", "CPUPerc": "CPU %", "Host": "HOST", "ID": "CONTAINER ID",
			"MemPerc": "MEM %", "MemUsage": "MEM USAGE / LIMIT", "Name": "NAME", "NetIO": "NET I/O", "PIDs": "PIDS",
		},
		Fit: table.Fit{Narrow: []string{"CONTAINER ID", "BLOCK I/O", "PIDS", "NET I/O"}, Names: []string{"NAME"}, Last: []string{"MEM USAGE / LIMIT"}},
	}
	if several {
		look.Standard = "{{.ID}}\t{{.Name}}\t{{.Host}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}"
	}
	if !o.whole {
		look.Width = s.width()
	}
	return look
}
