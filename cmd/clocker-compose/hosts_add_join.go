package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
)

// named is the host as it would be called, at the address that its endpoint has.
func (o hostsAddOptions) named(l hosts.Location) hosts.Host {
	h := o.host
	h.Location = l.Name
	u, err := url.Parse(h.Endpoint.URL)
	if err == nil {
		h.Address = cmp.Or(h.Address, u.Hostname())
	}
	h.Name = cmp.Or(h.Name, h.Address, "new")
	return h
}

// bySSH tells whether the machine can be joined: what is in the way is told
// better by a join than by the lack of an engine.
func (o hostsAddOptions) bySSH() bool { return strings.HasPrefix(o.host.Endpoint.URL, "ssh://") }

// look says what is there and what would be done.
func (o hostsAddOptions) look(ctx context.Context, s *session, l hosts.Location) error {
	h := o.named(l)
	found, err := s.diagnose(ctx, []hosts.Host{h})
	if err != nil {
		return err
	}
	for _, f := range found {
		line := f.Check + ": " + f.Text
		switch {
		case missing(f):
			line = f.Check + ": to do: " + f.Text
		case wrong(f):
			line = strings.TrimPrefix(findingLine(f), h.Name+": ")
		}
		fmt.Fprint(s.out, cleanLines(line))
	}
	if slices.ContainsFunc(found, func(f join.Finding) bool { return f.Status == join.Fault }) {
		return status(codeError)
	}
	return nil
}

// prepare makes the machine a host where it isn't one, and is an error where its
// engine doesn't answer after that.
func (o hostsAddOptions) prepare(ctx context.Context, s *session, l hosts.Location) error {
	if o.force {
		return nil
	}
	h := o.named(l)
	seen, err := s.observe(ctx, []hosts.Host{h})
	if err != nil {
		return err
	}
	state := seen.Observations[0].Host.Status
	if !state.Ready && !state.NoEngine {
		return fmt.Errorf("%s doesn't answer: %s; add it all the same with --force", h.Endpoint, state.Reason)
	}
	if !o.bySSH() || s.root.dryRun {
		return nil
	}
	err = o.join(ctx, s, h, l)
	switch {
	case err != nil && (!state.Ready || ctx.Err() != nil):
		return err
	case err != nil && !errors.Is(err, errors.ErrUnsupported):
		s.warn(err.Error())
	}
	o.knock(ctx, s, h, l)
	return nil
}

// join makes the machine a host, and says what it did.
func (o hostsAddOptions) join(ctx context.Context, s *session, h hosts.Host, l hosts.Location) error {
	setup, err := join.SetupOf(l)
	if err != nil {
		return err
	}
	s.show("add")
	tell := s.events(ctx)
	event := execute.Event{ID: "Host " + h.Name, Status: execute.Working, Text: "Joining"}
	tell(event)
	var did []string
	err = s.joiner().Join(ctx, h, setup, func(f join.Finding) {
		switch f.Status {
		case join.Wait:
			event.Details = f.Text
			tell(event)
		case join.Did:
			did = append(did, f.Text)
		case join.OK, join.Need, join.Fault:
		}
	})
	event.Status, event.Text, event.Details = execute.Done, "Joined", ""
	if err != nil {
		event.Status, event.Text = execute.Error, "Error"
	}
	tell(event)
	s.renderer.Flush()
	for _, what := range did {
		fmt.Fprint(s.out, cleanLines(h.Name+": "+what))
	}
	return err
}

// knock warns of hosts of the location that the new one doesn't reach, or that
// don't reach it.
func (o hostsAddOptions) knock(ctx context.Context, s *session, h hosts.Host, l hosts.Location) {
	if len(l.Hosts) == 0 {
		return
	}
	for _, f := range s.joiner().Reach(ctx, append(slices.Clone(l.Hosts), h)) {
		s.warn(findingLine(f))
	}
}
