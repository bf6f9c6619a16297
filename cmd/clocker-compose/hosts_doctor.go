package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
)

// examinationTime bounds what a machine may take to look at itself.
const examinationTime = 90 * time.Second

type hostsDoctorOptions struct {
	names []string
	json  bool
	fix   bool
}

func newHostsDoctor(s *session) *cli.Command {
	return &cli.Command{
		Name:      "doctor",
		Usage:     "Check all that a host needs, and name the fix for what is wrong",
		ArgsUsage: "[HOST...]",
		Description: "Hosts that SSH reaches are examined from inside: system, kernel, clock, disk, ports, firewall, engine, " +
			"and whether they reach each other. Nothing is changed without --fix. The exit code is 1 where something is wrong.",
		Flags: []cli.Flag{
			boolFlag("fix", "", "Do what is missing on hosts that SSH reaches, as hosts add does, and look again"),
			textFlag("format", "", `Format of the output: "text" or "json" (default "text")`),
		},
		Action: func(c *cli.Context) error {
			if err := oneOf(c, "format", "text", "json"); err != nil {
				return err
			}
			return hostsDoctorOptions{c.Args().Slice(), c.String("format") == "json", c.Bool("fix")}.run(c.Context, s)
		},
	}
}

func (o hostsDoctorOptions) run(ctx context.Context, s *session) error {
	chosen, err := s.known(ctx)
	if err == nil && len(o.names) > 0 {
		chosen, err = s.chosenHosts(ctx, o.names, "")
	}
	if err != nil {
		return err
	}
	found, err := s.diagnose(ctx, chosen)
	if err == nil && o.fix && !s.root.dryRun && slices.ContainsFunc(found, missing) {
		if err = s.mend(ctx, chosen, found); err == nil {
			found, err = s.diagnose(ctx, chosen)
		}
	}
	if err != nil {
		return err
	}
	if o.json {
		err = table.PrintJSON(s.out, found)
	} else {
		o.print(s, chosen, found)
	}
	if err == nil && slices.ContainsFunc(found, wrong) {
		err = status(codeError)
	}
	return err
}

// print says what is wrong with each host, one line a finding.
func (o hostsDoctorOptions) print(s *session, chosen []hosts.Host, found []join.Finding) {
	for _, h := range chosen {
		checks, faults := 0, 0
		for _, f := range found {
			if f.Host != h.Name {
				continue
			}
			checks++
			if !wrong(f) {
				continue
			}
			faults++
			fmt.Fprint(s.out, cleanLines(findingLine(f)))
		}
		if faults == 0 {
			fmt.Fprint(s.out, cleanLines(fmt.Sprintf("%s: all is well (%d checks)", h.Name, checks)))
		}
	}
}

func wrong(f join.Finding) bool { return f.Status == join.Fault || missing(f) }

func missing(f join.Finding) bool { return f.Status == join.Need }

// findingLine is "HOST: CHECK: TEXT; REMEDY".
func findingLine(f join.Finding) string {
	line := f.Host + ": " + f.Check + ": " + f.Text
	switch {
	case f.Status == join.Need:
		return f.Host + ": " + f.Check + ": to do: " + f.Text + "; `hosts doctor --fix` does it"
	case f.Fix != "":
		line += "; fix: " + f.Fix
	}
	return line
}

// diagnose examines hosts at once, and compares them with each other.
func (s *session) diagnose(ctx context.Context, chosen []hosts.Host) ([]join.Finding, error) {
	seen, err := s.observe(ctx, chosen)
	if err != nil {
		return nil, err
	}
	locations, err := s.allLocations(s.declaring(ctx))
	if err != nil {
		return nil, err
	}
	examined := make([]join.Examination, len(chosen))
	var all sync.WaitGroup
	for i, h := range chosen {
		all.Go(func() { examined[i] = s.examine(ctx, seen.Host(h.Name), locations[h.Location]) })
	}
	all.Wait()
	var found []join.Finding
	for _, e := range examined {
		found = append(found, e.Findings...)
	}
	found = append(found, join.Twins(examined)...)
	if len(chosen) > 1 {
		found = append(found, s.joiner().Reach(ctx, chosen)...)
	}
	routers, err := s.diagnoseFabric(ctx, seen.Observations)
	if err != nil {
		return nil, err
	}
	return append(found, routers...), ctx.Err()
}

// examine looks at one host: from inside where there is a way, else by its engine alone.
func (s *session) examine(ctx context.Context, seen *hosts.Observation, l hosts.Location) join.Examination {
	ctx, cancel := context.WithTimeout(ctx, examinationTime)
	defer cancel()
	h := seen.Host
	e := join.Examination{Host: h, EngineID: h.ID}
	if !h.Status.Ready && !h.Status.NoEngine {
		text, fix, _ := strings.Cut(strings.TrimSuffix(h.Status.Reason, ")"), " (")
		e.Findings = []join.Finding{{Host: h.Name, Status: join.Fault, Check: "connection", Text: text, Fix: fix}}
		return e
	}
	setup, err := join.SetupOf(l)
	if err == nil {
		var inside join.Examination
		if inside, err = s.joiner().Examine(ctx, h, setup, nil); err == nil {
			return inside
		}
	}
	if errors.Is(err, errors.ErrUnsupported) {
		e.Findings = []join.Finding{{Host: h.Name, Status: join.OK, Check: "engine", Text: "Docker " + h.EngineVersion + " answers"}}
		return e
	}
	e.Findings = []join.Finding{{Host: h.Name, Status: join.Fault, Check: "connection", Text: err.Error()}}
	return e
}
