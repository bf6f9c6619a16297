package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/docker/cli/cli/command/formatter"
	"github.com/docker/go-units"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/table"
	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// psTable is the table of ps; the host is shown where there are several, and
// the engine where a container notes one.
func psTable(several, engines bool) table.Table {
	columns := "{{.Name}}\t{{.Image}}\t{{.Command}}\t{{.Service}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}"
	if several {
		columns = strings.Replace(columns, "\t{{.Image}}", "\t{{.Host}}\t{{.Image}}", 1)
	}
	if engines {
		columns += "\t{{.Engine}}"
	}
	return table.Table{
		Standard: columns, Heads: psHeads(),
		Fit: table.Fit{Narrow: []string{"COMMAND", "IMAGE", "CREATED", "PORTS", "SERVICE"}, Names: []string{"NAME"}, Last: []string{"STATUS"}},
		Raw: "container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\ncreated_at: {{.CreatedAt}}\n" +
			"state: {{- pad .State 1 0}}\nstatus: {{- pad .Status 1 0}}\nnames: {{.Names}}\nlabels: {{- pad .Labels 1 0}}\n" +
			"ports: {{- pad .Ports 1 0}}\n",
	}
}

func psHeads() table.Columns {
	return table.Columns{
		"ID": "CONTAINER ID", "Name": "NAME", "Names": "NAMES", "Project": "PROJECT", "Service": "SERVICE", "Host": "HOST",
		"Image": "IMAGE", "Command": "COMMAND", "CreatedAt": "CREATED AT", "RunningFor": "CREATED", "Ports": "PORTS",
		"State": "STATE", "Status": "STATUS", "Health": "HEALTH", "ExitCode": "EXIT CODE", "Size": "SIZE", "Labels": "LABELS",
		"Mounts": "MOUNTS", "LocalVolumes": "LOCAL VOLUMES", "Networks": "NETWORKS", "Publishers": "PUBLISHERS", "Engine": "ENGINE",
	}
}

// psLine is a row of ps as templates see it: by the names that Docker Compose
// has for its columns, and Host.
type psLine struct {
	row     compose.PsRow
	project string
	// whole leaves the row uncut, clean makes it safe for terminals.
	whole, clean bool
	// several tells that the pool has more than one host.
	several bool
	now     time.Time
	// absent is why the row's host doesn't answer: the row is the host's, not a
	// container's.
	absent string
}

// absentLine is the row of a host that doesn't answer.
func absentLine(h compose.HostStatus) psLine {
	l := psLine{clean: true, absent: "unreachable: " + h.Reason}
	l.row.Host, l.row.Name, l.row.Image, l.row.Status = h.Host.Name, "-", "-", l.absent
	l.row.Labels = map[string]string{hosts.LabelService: "-"}
	return l
}

// publisher is a port in JSON.
type publisher struct {
	URL           string
	TargetPort    uint16
	PublishedPort uint16
	Protocol      string
}

// String is the port as templates show it: "80/tcp -> 0.0.0.0:32768".
func (p publisher) String() string {
	return fmt.Sprintf("%d/%s -> %s", p.TargetPort, p.Protocol, net.JoinHostPort(p.URL, strconv.Itoa(int(p.PublishedPort))))
}

func (l psLine) text(s string) string {
	if l.clean {
		return terminal.Clean(s)
	}
	return s
}

// ID is the container's, cut to 12 digits unless the whole is wanted.
func (l psLine) ID() string {
	if l.whole || len(l.row.ID) < 12 {
		return l.row.ID
	}
	return l.row.ID[:12]
}

func (l psLine) Name() string     { return l.text(l.row.Name) }
func (l psLine) Names() string    { return l.Name() }
func (l psLine) Host() string     { return l.text(l.row.Host) }
func (l psLine) Project() string  { return l.text(l.project) }
func (l psLine) Service() string  { return l.text(l.row.Service()) }
func (l psLine) Image() string    { return l.text(l.row.Image) }
func (l psLine) State() string    { return l.text(string(l.row.State)) }
func (l psLine) Status() string   { return l.text(l.row.Status) }
func (l psLine) Health() string   { return l.text(l.row.Health) }
func (l psLine) ExitCode() int    { return l.row.ExitCode }
func (l psLine) Size() string     { return "0B" }
func (l psLine) Networks() string { return l.text(strings.Join(l.networks(), ",")) }

// Command is quoted, and cut to 20 columns unless the whole is wanted.
func (l psLine) Command() string {
	if l.absent != "" {
		return "-"
	}
	if l.whole {
		return strconv.Quote(l.row.Command)
	}
	return strconv.Quote(formatter.Ellipsis(l.row.Command, 20))
}

func (l psLine) CreatedAt() string { return l.row.Created.Local().String() }

func (l psLine) RunningFor() string {
	if l.absent != "" {
		return "-"
	}
	return units.HumanDuration(l.now.Sub(l.row.Created)) + " ago"
}

// Engine is what Docker Compose notes where it chose among engines, mostly "".
func (l psLine) Engine() string { return l.Label("com.docker.compose.engine") }

// Label is the value of one label.
func (l psLine) Label(name string) string { return l.text(l.row.Labels[name]) }

// Labels are "key=value", sorted, separated by commas.
func (l psLine) Labels() string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(l.row.Labels)) {
		pairs = append(pairs, key+"="+l.row.Labels[key])
	}
	return l.text(strings.Join(pairs, ","))
}

// Mounts are names of volumes and paths of the host, separated by commas.
func (l psLine) Mounts() string {
	var names []string
	for _, m := range l.row.Mounts {
		name := m.Name
		if name == "" {
			name = m.Source
		}
		if !l.whole {
			name = formatter.Ellipsis(name, 15)
		}
		names = append(names, name)
	}
	return l.text(strings.Join(names, ","))
}

// LocalVolumes counts the mounted volumes of the driver "local".
func (l psLine) LocalVolumes() string {
	n := 0
	for _, m := range l.row.Mounts {
		if m.Driver == "local" {
			n++
		}
	}
	return strconv.Itoa(n)
}

func (l psLine) networks() []string {
	var names []string
	for _, a := range l.row.Attachments {
		names = append(names, a.Network)
	}
	return names
}

// Publishers are the ports as JSON has them.
func (l psLine) Publishers() []publisher {
	all := []publisher{}
	for _, p := range l.row.Ports {
		all = append(all, publisher{l.address().of(p), p.ContainerPort, p.HostPort, p.Protocol})
	}
	return all
}

// Ports are those that are published, with the host's address where they
// answer on all of its addresses and there are several hosts.
func (l psLine) Ports() string { return l.text(l.address().sentence(l.row.Ports)) }

func (l psLine) address() address {
	if !l.several {
		return ""
	}
	return address(l.row.Address)
}

// MarshalJSON is one object with Docker Compose's keys, and Host where there
// are several.
func (l psLine) MarshalJSON() ([]byte, error) {
	fields := map[string]any{
		"Command": l.Command(), "CreatedAt": l.CreatedAt(), "Engine": l.Engine(), "ExitCode": l.ExitCode(), "Health": l.Health(),
		"ID": l.ID(), "Image": l.Image(), "Labels": l.Labels(), "LocalVolumes": l.LocalVolumes(), "Mounts": l.Mounts(),
		"Name": l.Name(), "Names": l.Names(), "Networks": l.Networks(), "Ports": l.Ports(), "Project": l.Project(),
		"Publishers": l.Publishers(), "RunningFor": l.RunningFor(), "Service": l.Service(), "Size": l.Size(),
		"State": l.State(), "Status": l.Status(),
	}
	if l.several {
		fields["Host"] = l.Host()
	}
	content, err := json.Marshal(fields)
	if err != nil {
		return nil, fmt.Errorf("format container %s: %w", l.row.Name, err)
	}
	return content, nil
}
