package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
	"github.com/clocker-compose/clocker-compose/hosts/machines"
)

// bootAndJoin makes machines of providers hosts: the same script is in what
// cloud-init reads, and given to them by SSH.
func bootAndJoin(s *session, o *machines.Options) {
	o.Boot = bootText
	o.Join = s.joinHost
	o.Answer = s.answer
}

// bootText is what cloud-init reads, and the fingerprint of the host key in it.
func bootText(l hosts.Location, authorized []string) (userData, fingerprint string, err error) {
	setup, err := join.SetupOf(l)
	if err != nil {
		return "", "", err
	}
	key, err := join.NewHostKey()
	if err != nil {
		return "", "", err
	}
	boot := join.Boot{HostKey: key, AuthorizedKeys: authorized, User: l.Template.Text("user"), Setup: setup}
	return join.CloudConfig(boot), key.Fingerprint, nil
}

// joinHost makes a machine a host, as its location's template says.
func (s *session) joinHost(ctx context.Context, h hosts.Host, l hosts.Location, tell func(string)) error {
	setup, err := join.SetupOf(l)
	if err != nil {
		return err
	}
	return s.joiner().Join(ctx, h, setup, func(f join.Finding) {
		if f.Status == join.Wait || f.Status == join.Did {
			tell(f.Text)
		}
	})
}

// answer asks the engine of a host.
func (s *session) answer(ctx context.Context, h hosts.Host) error {
	e, err := s.connections.connect(h)
	if err != nil {
		return err
	}
	_, err = e.Observe(ctx)
	return err
}

// joinListed makes hosts of machines that locations list.
func (s *session) joinListed(locations map[string]hosts.Location) func(context.Context, hosts.Host, func(string)) error {
	return func(ctx context.Context, h hosts.Host, tell func(string)) error {
		return s.joinHost(ctx, h, locations[h.Location], tell)
	}
}

// joiner examines machines and makes them hosts.
func (s *session) joiner() *join.Joiner {
	return join.New(join.Options{
		Shell: func(h hosts.Host) (join.Shell, error) {
			if h.Machine != nil && h.Machine.Endpoint != "" { // it is made as it is to be
				return nil, fmt.Errorf("host %s: %w by %s", h.Name, errors.ErrUnsupported, h.Machine.Endpoint)
			}
			e, err := s.connections.connect(h)
			if err != nil {
				return nil, fmt.Errorf("host %s: %w", h.Name, err)
			}
			return e, nil
		},
		Now: s.now,
	})
}
