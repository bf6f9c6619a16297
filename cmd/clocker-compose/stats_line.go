package main

import (
	"encoding/json"
	"strconv"

	"github.com/docker/go-units"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

// statsLine is what a container uses as templates see it, by the names that
// Docker has.
type statsLine struct {
	stat           compose.Stat
	whole, several bool
}

func (l statsLine) Container() string { return terminal.Clean(l.stat.ID) }
func (l statsLine) Name() string      { return terminal.Clean(l.stat.Name) }
func (l statsLine) Host() string      { return terminal.Clean(l.stat.Host) }

// ID is the container's, cut to 12 digits unless the whole is wanted.
func (l statsLine) ID() string {
	if l.whole {
		return l.Container()
	}
	return terminal.Clean(shortID(l.stat.ID))
}

// CPUPerc is 100% for one whole CPU; "--" before it was measured twice.
func (l statsLine) CPUPerc() string {
	if !l.stat.Known {
		return "--"
	}
	return percent(l.stat.CPU)
}

func (l statsLine) MemUsage() string {
	return units.BytesSize(float64(l.stat.Use.MemoryBytes)) + " / " + units.BytesSize(float64(l.stat.Use.MemoryLimit))
}

func (l statsLine) MemPerc() string {
	if l.stat.Use.MemoryLimit == 0 {
		return percent(0)
	}
	return percent(float64(l.stat.Use.MemoryBytes) / float64(l.stat.Use.MemoryLimit))
}

func (l statsLine) NetIO() string { return inOut(l.stat.Use.NetworkIn, l.stat.Use.NetworkOut) }

func (l statsLine) BlockIO() string { return inOut(l.stat.Use.BlockRead, l.stat.Use.BlockWritten) }

func (l statsLine) PIDs() string { return strconv.FormatInt(l.stat.Use.Processes, 10) }

func percent(part float64) string { return strconv.FormatFloat(100*part, 'f', 2, 64) + "%" }

func inOut(in, out int64) string {
	return units.HumanSizeWithPrecision(float64(in), 3) + " / " + units.HumanSizeWithPrecision(float64(out), 3)
}

// MarshalJSON is one object with Docker's keys, and Host where there are several.
func (l statsLine) MarshalJSON() ([]byte, error) {
	fields := map[string]string{
		"BlockIO": l.BlockIO(), "CPUPerc": l.CPUPerc(), "Container": l.Container(), "ID": l.ID(), "MemPerc": l.MemPerc(),
		"MemUsage": l.MemUsage(), "Name": l.Name(), "NetIO": l.NetIO(), "PIDs": l.PIDs(),
	}
	if l.several {
		fields["Host"] = l.Host()
	}
	return json.Marshal(fields)
}
