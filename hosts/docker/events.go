package docker

import (
	"context"
	"errors"
	"io"
	"maps"
	"strconv"
	"time"

	"github.com/moby/moby/api/types/events"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Events calls each for each event that the options select, from this
// goroutine, until ctx ends, which is no error here. It ends at o.Until, too,
// which can't be told from an engine that hangs up.
func (e *Engine) Events(ctx context.Context, o hosts.EventOptions, each func(hosts.ContainerEvent)) error {
	err := e.do(ctx, "watch events", 0, func(ctx context.Context) error { return e.events(ctx, o, each) })
	if ctx.Err() != nil {
		return nil
	}
	return err
}

func (e *Engine) events(ctx context.Context, o hosts.EventOptions, each func(hosts.ContainerEvent)) error {
	ctx, cancel := context.WithCancel(ctx)
	filters := client.Filters{}.Add("type", "container").Add("label", o.Label)
	// It returns when the engine has answered.
	stream := e.api.Events(ctx, client.EventsListOptions{Filters: filters, Since: o.Since, Until: o.Until})
	if o.Began != nil {
		o.Began()
	}
	// The client's goroutine ends with ctx, and says so by closing Err.
	defer func() {
		cancel()
		for range stream.Err {
		}
	}()
	for {
		select {
		case m := <-stream.Messages:
			each(containerEvent(m))
		case err := <-stream.Err:
			if o.Until != "" && errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

func containerEvent(m events.Message) hosts.ContainerEvent {
	a := m.Actor.Attributes
	event := hosts.ContainerEvent{
		Time: time.Unix(0, m.TimeNano), ID: m.Actor.ID, Name: a["name"], Action: string(m.Action),
		Labels: eventLabels(a), Attributes: a,
	}
	event.ExitCode, _ = strconv.Atoi(a["exitCode"])
	return event
}

// eventLabels are the attributes less those that the engine adds itself.
func eventLabels(attributes map[string]string) map[string]string {
	labels := maps.Clone(attributes)
	for _, own := range []string{"name", "image", "exitCode", "execDuration", "signal", "execID", "oldName"} {
		delete(labels, own)
	}
	return labels
}
