package main

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

type volumesOptions struct {
	services []string
	quiet    bool
	format   table.Format
}

func newVolumes(s *session) *cli.Command {
	return &cli.Command{
		Name:      "volumes",
		Usage:     "List volumes, and the host of each",
		ArgsUsage: "[SERVICE...]",
		Flags: []cli.Flag{
			textFlag("format", "", `"table", "table TEMPLATE", "json", or a Go template for each volume`),
			boolFlag("quiet", "q", "List names alone"),
		},
		Action: func(c *cli.Context) error {
			o := volumesOptions{services: c.Args().Slice(), quiet: c.Bool("quiet"), format: table.Format(c.String("format"))}
			return o.run(c.Context, s)
		},
	}
}

func (o volumesOptions) run(ctx context.Context, s *session) error {
	t, err := s.target(ctx, o.services...)
	if err != nil {
		return err
	}
	rows, absent, err := compose.Volumes(ctx, t.env, t.name, o.services)
	if err != nil {
		return err
	}
	s.warnOf(absent)
	if o.quiet {
		return printWords(s.out, rows, func(r compose.VolumeRow) string { return r.Name })
	}
	several := len(t.env.Pool) > 1
	lines := make([]volumeLine, len(rows))
	for i, r := range rows {
		lines[i] = volumeLine{row: r, several: several}
	}
	return table.Print(s.out, o.format, volumesTable(several, s.width()), lines)
}

func volumesTable(several bool, width int) table.Table {
	look := table.Table{
		Standard: "{{.Driver}}\t{{.Name}}", Raw: "name: {{.Name}}\ndriver: {{.Driver}}\n",
		Heads: table.Columns{
			"Availability": "AVAILABILITY", "Driver": "DRIVER", "Group": "GROUP", "Host": "HOST", "Labels": "LABELS", "Links": "LINKS",
			"Mountpoint": "MOUNTPOINT", "Name": "VOLUME NAME", "Scope": "SCOPE", "Size": "SIZE", "Status": "STATUS",
		},
		Fit: table.Fit{Width: width, Narrow: []string{"DRIVER"}, Names: []string{"VOLUME NAME"}},
	}
	if several {
		look.Standard += "\t{{.Host}}"
	}
	return look
}

// volumeLine is a volume as templates see it, by the names that Docker has.
type volumeLine struct {
	row     compose.VolumeRow
	several bool
}

func (l volumeLine) Name() string       { return terminal.Clean(l.row.Name) }
func (l volumeLine) Driver() string     { return terminal.Clean(l.row.Driver) }
func (l volumeLine) Host() string       { return terminal.Clean(l.row.Host) }
func (l volumeLine) Scope() string      { return terminal.Clean(l.row.Scope) }
func (l volumeLine) Mountpoint() string { return terminal.Clean(l.row.Mountpoint) }

// Label is the value of one label.
func (l volumeLine) Label(name string) string { return terminal.Clean(l.row.Labels[name]) }

// Labels are "key=value", sorted, separated by commas.
func (l volumeLine) Labels() string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(l.row.Labels)) {
		pairs = append(pairs, key+"="+l.row.Labels[key])
	}
	return terminal.Clean(strings.Join(pairs, ","))
}

// What engines tell of cluster volumes, and of use when they are asked for it.

func (l volumeLine) Availability() string { return "N/A" }
func (l volumeLine) Group() string        { return "N/A" }
func (l volumeLine) Links() string        { return "N/A" }
func (l volumeLine) Size() string         { return "N/A" }
func (l volumeLine) Status() string       { return "N/A" }

// MarshalJSON is one object with Docker's keys, and Host where there are several.
func (l volumeLine) MarshalJSON() ([]byte, error) {
	fields := map[string]string{
		"Availability": l.Availability(), "Driver": l.Driver(), "Group": l.Group(), "Labels": l.Labels(), "Links": l.Links(),
		"Mountpoint": l.Mountpoint(), "Name": l.Name(), "Scope": l.Scope(), "Size": l.Size(), "Status": l.Status(),
	}
	if l.several {
		fields["Host"] = l.Host()
	}
	return json.Marshal(fields)
}
