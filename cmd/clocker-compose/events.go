package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

type eventsOptions struct {
	compose.EventsOptions
	json bool
}

func newEvents(s *session) *cli.Command {
	return &cli.Command{
		Name:      "events",
		Usage:     "Show what happens to containers, of all hosts in order of time",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			boolFlag("json", "", "Show each event as a JSON object"),
			textFlag("since", "", "Show what happened since a time (2026-01-02T13:23:37Z) or for a while (42m)"),
			textFlag("until", "", "End at a time (2026-01-02T13:23:37Z) or a while ago (42m)"),
		},
		Action: func(c *cli.Context) error {
			o := eventsOptions{json: c.Bool("json")}
			o.Services, o.Since, o.Until = c.Args().Slice(), c.String("since"), c.String("until")
			return o.run(c.Context, s)
		},
	}
}

func (o eventsOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx, o.Services...)
	if err != nil {
		return err
	}
	several := len(t.env.Pool) > 1
	return compose.Events(ctx, t.env, t.name, o.EventsOptions, func(e compose.Event) {
		if o.json {
			_ = table.PrintJSON(s.out, eventLine(e, several))
			return
		}
		fmt.Fprintln(s.out, eventSentence(e, several))
	})
}

// ownAttributes are those that aren't Docker Compose's labels.
func ownAttributes(e compose.Event) map[string]string {
	own := map[string]string{}
	for key, value := range e.Attributes {
		if !strings.HasPrefix(key, "com.docker.compose.") {
			own[key] = value
		}
	}
	return own
}

// eventLine is an event in JSON, with its host where there are several.
func eventLine(e compose.Event, several bool) map[string]any {
	line := map[string]any{
		"time": e.Time, "type": "container", "service": e.Labels[hosts.LabelService], "id": e.ID,
		"action": e.Action, "attributes": ownAttributes(e),
	}
	if several {
		line["host"] = e.Host
	}
	return line
}

// eventSentence is "2026-01-02 15:04:05.000000 h1 container start ID (image=nginx,
// name=shop-web-1)" and an empty line, which Docker Compose has too.
func eventSentence(e compose.Event, several bool) string {
	attributes := ownAttributes(e)
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		pairs = append(pairs, key+"="+attributes[key])
	}
	words := []string{e.Time.In(time.Local).Format("2006-01-02 15:04:05.000000")}
	if several {
		words = append(words, e.Host)
	}
	words = append(words, "container", e.Action, e.ID, "("+strings.Join(pairs, ", ")+")")
	return terminal.Clean(strings.Join(words, " ")) + "\n"
}
