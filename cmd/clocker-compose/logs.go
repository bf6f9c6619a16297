package main

import (
	"context"
	"errors"
	"io"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/logview"
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
		Action: func(c *cli.Context) error {
			o := parseLogs(c)
			if o.Index > 0 && len(o.Services) != 1 {
				return errors.New("--index requires one service to be selected")
			}
			return o.run(c.Context, s)
		},
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

// view shows output as the user asked for it; err gets what containers wrote to
// standard error.
func (s *session) view(l logLook, err io.Writer) *logview.View {
	return logview.New(logview.Options{
		Out: s.out, Err: err,
		Prefix:     !l.noPrefix,
		Colour:     !l.noColour && s.colours(s.out),
		Timestamps: l.timestamps,
	})
}

func (o logsOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx, o.Services...)
	if err != nil {
		return err
	}
	if len(o.Services) == 0 && t.model != nil {
		o.Known = attachedServices(t)
	}
	view := s.view(o.look, s.out) // both streams go to standard output
	o.Found = view.Expect
	return compose.Logs(ctx, t.env, t.name, o.LogsOptions, func(r compose.LogRecord) { view.Show(lineOf(r)) })
}

// attachedServices are those whose output is shown where none is named: all but
// those with attach: false, or all where none is left.
func attachedServices(t target) []string {
	var attached []string
	for name, service := range t.model.Services {
		if service.Attach == nil || *service.Attach {
			attached = append(attached, name)
		}
	}
	if len(attached) == 0 {
		return t.services()
	}
	return attached
}

func lineOf(r compose.LogRecord) logview.Line {
	return logview.Line{Container: r.Container, Stderr: r.Stderr, Time: r.Time, Text: r.Text}
}
