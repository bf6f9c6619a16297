package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/docker/go-units"
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

type hostsPruneOptions struct {
	names []string
	yes   bool
}

func newHostsPrune(s *session) *cli.Command {
	return &cli.Command{
		Name:      "prune",
		Usage:     "Remove images that no container uses",
		ArgsUsage: "[HOST...]",
		Description: "An image stays where a container is made from it, of whatever project, running or not. " +
			"Without names, all hosts are pruned. With --dry-run the images are listed.",
		Flags: []cli.Flag{boolFlag("yes", "y", "Answer yes to all questions")},
		Action: func(c *cli.Context) error {
			return hostsPruneOptions{c.Args().Slice(), c.Bool("yes")}.run(c.Context, s)
		},
	}
}

func (o hostsPruneOptions) run(ctx context.Context, s *session) error {
	chosen, err := s.known(ctx)
	if err == nil && len(o.names) > 0 {
		chosen, err = s.chosenHosts(ctx, o.names, "")
	}
	if err != nil {
		return err
	}
	if s.root.dryRun {
		return s.listUnused(ctx, chosen)
	}
	if err := o.ask(s, chosen); err != nil {
		return err
	}
	return s.tellPruned(compose.Prune(ctx, &compose.Env{
		Pool:    chosen,
		Connect: func(h hosts.Host) (compose.Engine, error) { return s.connections.connect(h) },
	}))
}

func (o hostsPruneOptions) ask(s *session, chosen []hosts.Host) error {
	if o.yes {
		return nil
	}
	if !terminal.Is(s.in) {
		return errors.New("confirm the removal with -y")
	}
	names := make([]string, len(chosen))
	for i, h := range chosen {
		names[i] = h.Name
	}
	yes, err := s.confirm("Remove all images that no container uses on " + strings.Join(names, ", ") + "?")
	if err == nil && !yes {
		err = compose.ErrDeclined
	}
	return err
}

// tellPruned says what was freed, on each host and in all.
func (s *session) tellPruned(rows []compose.PruneRow) error {
	var failures []error
	var total int64
	for _, r := range rows {
		if r.Err != nil {
			failures = append(failures, r.Err)
			continue
		}
		total += r.Bytes
		fmt.Fprint(s.out, cleanLines(fmt.Sprintf("host %s: %s removed, %s freed", r.Host, manyImages(r.Images), units.HumanSize(float64(r.Bytes)))))
	}
	if len(rows) > 1 {
		fmt.Fprintf(s.out, "%s freed in all\n", units.HumanSize(float64(total)))
	}
	return errors.Join(failures...)
}

func manyImages(n int) string {
	if n == 1 {
		return "1 image"
	}
	return fmt.Sprintf("%d images", n)
}

// listUnused prints what a removal would remove.
func (s *session) listUnused(ctx context.Context, chosen []hosts.Host) error {
	seen, err := s.observe(ctx, chosen)
	if err == nil {
		err = mustAnswer(seen)
	}
	if err != nil {
		return err
	}
	for _, o := range seen.Observations {
		for _, i := range compose.Unused(o) {
			name := strings.Join(i.Tags, ", ")
			if name == "" {
				name = i.ID
			}
			fmt.Fprint(s.out, cleanLines(fmt.Sprintf("host %s: would remove %s (%s)", o.Host.Name, name, units.HumanSize(float64(i.Size)))))
		}
	}
	return nil
}
