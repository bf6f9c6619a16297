package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/docker/go-units"
	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

type hostsLsOptions struct {
	format  table.Format
	quiet   bool
	measure bool
	filter  hostFilter
}

func newHostsLs(s *session) *cli.Command {
	return &cli.Command{
		Name:    "ls",
		Aliases: []string{"list"},
		Usage:   "List the hosts, and whether they answer",
		Description: "What hosts use, and how much of their disk is free, is known where it is measured: by a small container " +
			"that --measure starts where there is none, as do the strategies that want to know. `hosts rm` takes it away. " +
			"Of several filters, those with the same key, or for the same label, are alternatives, and all others have to hold.",
		Flags: []cli.Flag{
			listFlag("filter", "", "List hosts with a property: "+hostFilterHelp),
			textFlag("format", "", `"table", "table TEMPLATE", "json", or a Go template for each host`),
			boolFlag("measure", "", "Start to measure hosts that aren't"),
			boolFlag("quiet", "q", "List names alone"),
		},
		Action: func(c *cli.Context) error {
			o := hostsLsOptions{format: table.Format(c.String("format")), quiet: c.Bool("quiet"), measure: c.Bool("measure")}
			var err error
			if o.filter, err = parseHostFilter(c.StringSlice("filter")); err != nil {
				return err
			}
			return o.run(c.Context, s)
		},
	}
}

func (o hostsLsOptions) run(ctx context.Context, s *session) error {
	pool, err := s.known(ctx)
	if err != nil {
		return err
	}
	pool = slices.DeleteFunc(pool, func(h hosts.Host) bool { return !o.filter.keepsDeclared(h) })
	if o.quiet && !o.filter.observes() {
		return printWords(s.out, pool, func(h hosts.Host) string { return h.Name })
	}
	lines, err := o.lines(ctx, s, pool)
	switch {
	case err != nil:
		return err
	case o.quiet:
		return printWords(s.out, lines, hostLine.Name)
	}
	made := slices.ContainsFunc(pool, func(h hosts.Host) bool { return h.Machine != nil })
	return table.Print(s.out, o.format, hostsTable(made, s.width()), lines)
}

// lines are the rows of hosts that the filter keeps. Those that don't answer are
// told, for what is asked for may be true of them; JSON tells it in their rows.
func (o hostsLsOptions) lines(ctx context.Context, s *session, pool []hosts.Host) ([]hostLine, error) {
	var costs prices
	var asking sync.WaitGroup
	asking.Go(func() { costs = s.prices(ctx, pool) })
	snapshot, err := o.observe(ctx, s, pool)
	asking.Wait()
	if err != nil {
		return nil, err
	}
	var lines []hostLine
	for _, seen := range snapshot.Observations {
		line := hostLine{seen, costs, s.now()}
		if !o.filter.keepsStatus(line) {
			continue
		}
		kept := o.filter.keepsObserved(line)
		if status := seen.Host.Status; !status.Ready && !(kept && o.format.JSON()) {
			s.warn("host " + seen.Host.Name + ": " + status.Reason)
		}
		if kept {
			lines = append(lines, line)
		}
	}
	return lines, nil
}

// hostsTable is how hosts are printed; those that were made have an age and a price.
func hostsTable(made bool, width int) table.Table {
	standard := "{{.Name}}\t{{.Location}}\t{{.Endpoint}}\t{{.Status}}\t{{.Engine}}\t{{.CPUs}}\t{{.Memory}}\t{{.Disk}}\t{{.Use}}\t{{.Containers}}\t{{.Fabric}}"
	if made {
		standard += "\t{{.Age}}\t{{.Price}}"
	}
	return table.Table{
		Standard: standard,
		Heads: table.Columns{
			"Name": "NAME", "Location": "LOCATION", "Endpoint": "ENDPOINT", "Address": "ADDRESS", "Status": "STATUS", "Engine": "ENGINE",
			"CPUs": "CPUS", "Memory": "MEMORY", "Disk": "DISK", "Use": "USE", "Containers": "CONTAINERS", "Fabric": "FABRIC", "Platform": "PLATFORM",
			"Availability": "AVAILABILITY", "Age": "AGE", "Price": "PRICE", "Size": "SIZE",
		},
		Fit: table.Fit{
			Width:  width,
			Narrow: []string{"ENDPOINT", "FABRIC", "AGE", "PRICE", "ENGINE", "LOCATION", "CONTAINERS", "USE", "DISK", "CPUS", "MEMORY"}, Names: []string{"NAME"},
		},
	}
}

// observe asks all hosts at once.
func (o hostsLsOptions) observe(ctx context.Context, s *session, pool []hosts.Host) (state.Snapshot, error) {
	if !o.measure || s.root.dryRun {
		return s.observe(ctx, pool)
	}
	s.show("hosts ls")
	defer s.renderer.Flush()
	env := s.plainEnvironment(pool)
	env.Meter, env.Events, env.Warn = s.meters(), s.events(ctx), s.warn
	return compose.Measure(ctx, env)
}

// hostLine is a row of hosts ls as templates see it.
type hostLine struct {
	seen  hosts.Observation
	costs prices
	now   time.Time
}

func (l hostLine) Name() string         { return terminal.Clean(l.seen.Host.Name) }
func (l hostLine) Location() string     { return terminal.Clean(l.seen.Host.Location) }
func (l hostLine) Endpoint() string     { return terminal.Clean(l.seen.Host.Endpoint.String()) }
func (l hostLine) Address() string      { return terminal.Clean(l.seen.Host.Address) }
func (l hostLine) Engine() string       { return terminal.Clean(l.seen.Host.EngineVersion) }
func (l hostLine) Platform() string     { return terminal.Clean(l.seen.Host.Platform.String()) }
func (l hostLine) Availability() string { return string(l.seen.Host.Availability) }

// Age is since when the machine is there, "-" where nobody knows.
func (l hostLine) Age() string {
	m := l.seen.Host.Machine
	if m == nil || m.Created.IsZero() {
		return "-"
	}
	return units.HumanDuration(max(0, l.now.Sub(m.Created)))
}

// Price is what an hour of the machine costs.
func (l hostLine) Price() string { return terminal.Clean(l.costs.text(l.seen.Host)) }

// Size is what the provider calls the machine's size.
func (l hostLine) Size() string {
	if m := l.seen.Host.Machine; m != nil {
		return terminal.Clean(m.Size)
	}
	return ""
}

// Status is "ready", "drained", or why it isn't ready, without the hint.
func (l hostLine) Status() string {
	if l.seen.Host.Status.Ready && l.seen.Host.Availability == hosts.Drain {
		return "drained"
	}
	if l.seen.Host.Status.Ready {
		return "ready"
	}
	reason, _, _ := strings.Cut(l.seen.Host.Status.Reason, " (")
	return terminal.Clean(reason)
}

// CPUs is their number, "" where the host hasn't told.
func (l hostLine) CPUs() string {
	n := l.seen.Host.Capacity.NanoCPUs
	if n == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(n)/1e9, 'f', -1, 64)
}

func (l hostLine) Memory() string {
	n := l.seen.Host.Capacity.MemoryBytes
	if n == 0 {
		return ""
	}
	return units.BytesSize(float64(n))
}

// Disk is what was measured of the disk that containers are on: "20GB free", "-"
// where nothing was.
func (l hostLine) Disk() string {
	use := l.seen.Host.Use
	if !use.Fresh() || use.Disk.TotalBytes == 0 {
		return "-"
	}
	return units.HumanSizeWithPrecision(float64(use.Disk.FreeBytes), 3) + " free"
}

// Use is what was measured: "12% CPU, 40% memory", "-" where nothing was.
func (l hostLine) Use() string {
	use, capacity := l.seen.Host.Use, l.seen.Host.Capacity.MemoryBytes
	switch {
	case use == nil || capacity == 0:
		return "-"
	case !use.Fresh():
		return "measured " + use.Age.String() + " ago"
	}
	return fmt.Sprintf("%.0f%% CPU, %.0f%% memory", 100*use.CPU, 100*float64(use.MemoryBytes)/float64(capacity))
}

// Containers counts those that exist, whosever they are.
func (l hostLine) Containers() string {
	if !l.seen.Host.Status.Ready {
		return ""
	}
	return strconv.Itoa(len(l.seen.Containers))
}

// Fabric is the state of the fabric's router, "-" where there is none.
func (l hostLine) Fabric() string { return routerState(l.seen) }

func routerState(seen hosts.Observation) string {
	for _, c := range seen.Containers {
		if c.Labels[hosts.LabelFabric] == "router" {
			return terminal.Clean(string(c.State))
		}
	}
	return "-"
}

// MarshalJSON is the host, and what the table adds to it.
func (l hostLine) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		hosts.Host
		Containers int          `json:"containers"`
		Fabric     string       `json:"fabric"`
		Price      *hosts.Price `json:"price,omitempty"`
	}{l.seen.Host, len(l.seen.Containers), routerState(l.seen), l.costs.of(l.seen.Host)})
}
