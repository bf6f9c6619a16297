package main

import (
	"context"
	"slices"
	"sync"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
)

// mend joins those of the hosts that lack something. What keeps a host from being
// joined is found again when it is looked at the next time.
func (s *session) mend(ctx context.Context, chosen []hosts.Host, found []join.Finding) error {
	locations, err := s.allLocations(s.declaring(ctx))
	if err != nil {
		return err
	}
	s.show("doctor")
	defer s.renderer.Flush()
	var all sync.WaitGroup
	for _, h := range chosen {
		if slices.ContainsFunc(found, func(f join.Finding) bool { return f.Host == h.Name && missing(f) }) {
			all.Go(func() { s.mendHost(ctx, h, locations[h.Location]) })
		}
	}
	all.Wait()
	return ctx.Err()
}

func (s *session) mendHost(ctx context.Context, h hosts.Host, l hosts.Location) {
	tell := s.events(ctx)
	event := execute.Event{ID: "Host " + h.Name, Status: execute.Working, Text: "Joining"}
	tell(event)
	err := s.joinHost(ctx, h, l, func(text string) {
		event.Details = text
		tell(event)
	})
	event.Status, event.Text, event.Details = execute.Done, "Joined", ""
	if err != nil {
		event.Status, event.Text = execute.Error, "Error"
	}
	tell(event)
}
