package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave"
)

func newHostsInspect(s *session) *cli.Command {
	return &cli.Command{
		Name:      "inspect",
		Usage:     "Show all that is known of hosts and what is on them, as JSON",
		ArgsUsage: "HOST...",
		Flags:     []cli.Flag{textFlag("format", "", `Format of the output: "json"`)},
		Action: func(c *cli.Context) error {
			if err := oneOf(c, "format", "json"); err != nil {
				return err
			}
			return runHostsInspect(c.Context, s, c.Args().Slice())
		},
	}
}

func runHostsInspect(ctx context.Context, s *session, names []string) error {
	if len(names) == 0 {
		return errors.New("name the hosts to inspect")
	}
	known, err := s.known(ctx)
	if err != nil {
		return err
	}
	var chosen []hosts.Host
	for _, name := range names {
		found := slices.DeleteFunc(slices.Clone(known), func(h hosts.Host) bool { return h.Name != name })
		if len(found) == 0 {
			return unknownHost(s.program, name)
		}
		chosen = append(chosen, found...)
	}
	snapshot, err := s.observe(ctx, chosen)
	if err != nil {
		return err
	}
	details, err := s.details(ctx, snapshot.Observations)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(terminal.JSON(s.out))
	enc.SetIndent("", "  ")
	return enc.Encode(details)
}

// hostDetail is all that is known of one host.
type hostDetail struct {
	hosts.Observation
	// Fabric is the state of the container network on it, nil where it has not joined.
	Fabric *weave.Status `json:"fabric,omitempty"`
	// FabricError is why that state can't be told.
	FabricError string `json:"fabricError,omitempty"`
}

// details adds the state of the fabric to what was observed, of all hosts at once.
func (s *session) details(ctx context.Context, seen []hosts.Observation) ([]hostDetail, error) {
	f, err := s.wiring.fabric(fabricOptions{connect: s.connections.connect})
	if err != nil {
		return nil, err
	}
	details := make([]hostDetail, len(seen))
	var asking sync.WaitGroup
	for i, o := range seen {
		details[i].Observation = o
		if o.Host.Status.Ready {
			asking.Go(func() { details[i].ask(ctx, f) })
		}
	}
	asking.Wait()
	return details, nil
}

func (d *hostDetail) ask(ctx context.Context, f fabric) {
	status, err := f.Status(ctx, d.Host)
	switch {
	case errors.Is(err, hosts.ErrNotFound):
	case err != nil:
		d.FabricError = err.Error()
	default:
		d.Fabric = &status
	}
}

func unknownHost(program, name string) error {
	return fmt.Errorf("no such host: %s; `%s hosts ls` lists them", name, program)
}
