package main

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/logview"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

type logsOptions struct {
	compose.LogsOptions
	look logLook
}

// logLook is how lines of output are shown.
type logLook struct {
	noPrefix, noColour, timestamps bool
}

func newLogs(s *session) *cli.Command {
	return &cli.Command{
		Name:      "logs",
		Usage:     "Show the output of containers, of all hosts in order of time",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("follow", "f", "Go on with new output"),
			intFlag("index", "", "Show the replica of this number alone"),
			boolFlag("no-color", "", "Show output without colours"),
			boolFlag("no-log-prefix", "", "Show output without the names of containers"),
			textFlag("since", "", "Show what was written since a time (2026-01-02T13:23:37Z) or for a while (42m)"),
			textFlag("tail", "n", `Lines to show from the end of each container's output (default "all")`),
			boolFlag("timestamps", "t", "Show when each line was written"),
			textFlag("until", "", "Show what was written before a time (2026-01-02T13:23:37Z) or a while ago (42m)"),
		},
		Action: func(c *cli.Context) error { return parseLogs(c).run(c.Context, s) },
	}
}

func parseLogs(c *cli.Context) logsOptions {
	return logsOptions{
		LogsOptions: compose.LogsOptions{
			Services: c.Args().Slice(),
			Index:    c.Int("index"),
			Follow:   c.Bool("follow"),
			Tail:     c.String("tail"),
			Since:    c.String("since"),
			Until:    c.String("until"),
		},
		look: parseLook(c),
	}
}

func parseLook(c *cli.Context) logLook {
	return logLook{
		noPrefix: c.Bool("no-log-prefix"), noColour: c.Bool("no-color"), timestamps: c.Bool("timestamps"),
	}
}

// view shows output as the user asked for it.
func (s *session) view(l logLook) *logview.View {
	return logview.New(logview.Options{
		Out: s.out, Err: s.err,
		Prefix:     !l.noPrefix,
		Colour:     !l.noColour && s.colours(s.out),
		Timestamps: l.timestamps,
		Clean:      terminal.Is(s.out),
	})
}

func (o logsOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx, o.Services...)
	if err != nil {
		return err
	}
	view := s.view(o.look)
	if !o.look.noPrefix {
		if err := expect(ctx, view, t, o.LogsOptions); err != nil {
			return err
		}
	}
	return compose.Logs(ctx, t.env, t.name, o.LogsOptions, func(r compose.LogRecord) { view.Show(lineOf(r)) })
}

// expect makes room for the names of the containers that are there.
func expect(ctx context.Context, view *logview.View, t target, o compose.LogsOptions) error {
	rows, _, err := compose.Ps(ctx, t.env, t.name, compose.PsOptions{All: true, Services: o.Services})
	if err != nil {
		return err
	}
	var names []string
	for _, r := range rows {
		if !r.Oneoff() && (o.Index == 0 || r.Number() == o.Index) {
			names = append(names, compose.Prefix(t.name, r.Container))
		}
	}
	view.Expect(names)
	return nil
}

func lineOf(r compose.LogRecord) logview.Line {
	return logview.Line{Container: r.Container, Stderr: r.Stderr, Time: r.Time, Text: r.Text}
}
