package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

type hostsDrainOptions struct {
	names []string
	yes   bool
}

func newHostsDrain(s *session) *cli.Command {
	return &cli.Command{
		Name:      "drain",
		Usage:     "Place nothing more on hosts, and move away what runs there",
		ArgsUsage: "HOST...",
		Description: "A replica is up on its new host before it stops on the old one, where ports and volumes allow. " +
			"Replicas stay where their volumes are. Projects move whose files are on this machine.",
		Flags: []cli.Flag{boolFlag("yes", "y", "Answer yes to all questions")},
		Action: func(c *cli.Context) error {
			return hostsDrainOptions{c.Args().Slice(), c.Bool("yes")}.run(c.Context, s)
		},
	}
}

func (o hostsDrainOptions) run(ctx context.Context, s *session) error {
	chosen, err := s.chosenHosts(ctx, o.names, "name the hosts to drain")
	if err != nil {
		return err
	}
	s.show("drain")
	seen, err := s.observe(ctx, chosen)
	if err != nil {
		return err
	}
	if err := mustAnswer(seen); err != nil {
		return err
	}
	if !s.root.dryRun {
		if err := s.mark(ctx, chosen, "drained", compose.Drain); err != nil {
			return err
		}
	}
	left, err := o.empty(ctx, s, seen)
	if err != nil || s.root.dryRun {
		return err
	}
	s.renderer.Flush()
	return s.tellLeft(ctx, chosen, left)
}

// empty moves the projects away, each by its own files, and returns why some
// weren't, by project.
func (o hostsDrainOptions) empty(ctx context.Context, s *session, seen state.Snapshot) (map[string]string, error) {
	left := map[string]string{}
	for _, found := range s.resident(ctx, seen) {
		if found.problem != nil {
			left[found.name] = found.problem.Error()
			continue
		}
		env, err := s.placingEnvironment(ctx, found.project)
		if err != nil {
			left[found.name] = err.Error()
			continue
		}
		if err := o.relocate(ctx, s, env, found); err != nil {
			if ctx.Err() != nil || errors.Is(err, compose.ErrDeclined) {
				return left, err
			}
			left[found.name] = err.Error()
		}
	}
	return left, nil
}

func (o hostsDrainOptions) relocate(ctx context.Context, s *session, env *compose.Env, r resident) error {
	if !s.root.dryRun {
		_, err := compose.Relocate(ctx, env, r.project, compose.UpOptions{Yes: o.yes})
		return err
	}
	planned, err := compose.PlanRelocation(ctx, env, r.project, compose.UpOptions{}, o.names...)
	if err != nil {
		return err
	}
	return s.printPlan(planned, "text")
}

// mark changes what may be placed on hosts, and says so.
func (s *session) mark(ctx context.Context, chosen []hosts.Host, word string, change func(context.Context, *compose.Env, string) error) error {
	env := s.plainEnvironment(chosen)
	for _, h := range chosen {
		if err := change(ctx, env, h.Name); err != nil {
			return fmt.Errorf("host %s: %w", h.Name, err)
		}
		fmt.Fprintf(s.out, "%s is %s\n", h.Name, word)
	}
	return nil
}

// plainEnvironment is for what is done on hosts, whatever runs on them.
func (s *session) plainEnvironment(pool []hosts.Host) *compose.Env {
	return &compose.Env{
		Pool:    pool,
		Connect: func(h hosts.Host) (compose.Engine, error) { return s.connections.connect(h) },
		Self:    s.self(),
	}
}

// chosenHosts are those of the names.
func (s *session) chosenHosts(ctx context.Context, names []string, none string) ([]hosts.Host, error) {
	if len(names) == 0 {
		return nil, errors.New(none)
	}
	known, err := s.known(ctx)
	if err != nil {
		return nil, err
	}
	var chosen []hosts.Host
	for _, name := range names {
		i := slices.IndexFunc(known, func(h hosts.Host) bool { return h.Name == name })
		if i < 0 {
			return nil, unknownHost(s.program, name)
		}
		chosen = append(chosen, known[i])
	}
	return chosen, nil
}

// mustAnswer refuses hosts that don't: nobody knows what is on them.
func mustAnswer(seen state.Snapshot) error {
	for _, h := range seen.Absent() {
		return fmt.Errorf("host %s: %s", h.Name, h.Status.Reason)
	}
	return nil
}
