package state

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// poolVersion is the version of the format of pool files.
const poolVersion = 1

// maxPoolFile bounds what is read of one.
const maxPoolFile = 1 << 30

// poolFile is a snapshot to keep and to pass on: what plans depend on, and
// nothing that is secret or says how hosts are reached.
type poolFile struct {
	Version int                 `json:"version"`
	Hosts   []hosts.Observation `json:"hosts"`
}

// WritePool writes the snapshot as a pool file. It leaves out endpoints and
// addresses, commands and sizes, options of volumes and networks, and all
// labels of containers but those that plans read.
func WritePool(out io.Writer, s Snapshot) error {
	file := poolFile{Version: poolVersion, Hosts: make([]hosts.Observation, len(s.Observations))}
	for i, o := range s.Observations {
		file.Hosts[i] = passable(o)
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", " ")
	return enc.Encode(file)
}

// ReadPool reads a pool file.
func ReadPool(in io.Reader) (Snapshot, error) {
	var file poolFile
	dec := json.NewDecoder(io.LimitReader(in, maxPoolFile))
	if err := dec.Decode(&file); err != nil {
		return Snapshot{}, fmt.Errorf("it isn't a pool file: %w", err)
	}
	if file.Version != poolVersion {
		return Snapshot{}, fmt.Errorf("it is a pool file of version %d, and this program reads version %d", file.Version, poolVersion)
	}
	seen := map[string]bool{}
	for i := range file.Hosts {
		h := &file.Hosts[i].Host
		if h.Name == "" || seen[h.Name] {
			return Snapshot{}, fmt.Errorf("host %d of it has no name, or that of another one: %q", i+1, h.Name)
		}
		seen[h.Name] = true
		if h.Address == "" {
			h.Address = h.Name + ".invalid" // plans only tell it to other hosts
		}
	}
	return Snapshot{Observations: file.Hosts}.sorted(), nil
}

// passable is the part of an observation that may be passed on.
func passable(o hosts.Observation) hosts.Observation {
	out := hosts.Observation{Host: o.Host}
	out.Host.Endpoint, out.Host.Address, out.Host.EngineLabels = hosts.Endpoint{}, "", o.Host.EngineLabels
	out.Host.Status.Reason = firstClause(o.Host.Status.Reason)
	for _, c := range o.Containers {
		c.Command, c.Labels = "", passableLabels(c.Labels)
		c.Mounts = passableMounts(c.Mounts)
		out.Containers = append(out.Containers, c)
	}
	for _, n := range o.Networks {
		n.Options, n.Labels = nil, passableLabels(n.Labels)
		out.Networks = append(out.Networks, n)
	}
	for _, v := range o.Volumes {
		v.Options, v.Labels = nil, passableLabels(v.Labels)
		out.Volumes = append(out.Volumes, v)
	}
	for _, image := range o.Images {
		image.Labels = nil
		out.Images = append(out.Images, image)
	}
	return out
}

// firstClause leaves out what a reason says of endpoints.
func firstClause(reason string) string {
	if reason == "" {
		return ""
	}
	return "it didn't answer"
}

// passableLabels are those that plans read: Docker Compose's and our own, but
// for the ones with paths of the user's machine.
func passableLabels(labels map[string]string) map[string]string {
	out := map[string]string{}
	for key, value := range labels {
		switch key {
		case hosts.LabelWorkingDir, hosts.LabelConfigFiles, hosts.LabelEnvironmentFile, hosts.LabelDrained, hosts.LabelFilesList:
			continue
		}
		if strings.HasPrefix(key, "com.docker.compose.") || strings.HasPrefix(key, "io.clocker.") && !strings.HasPrefix(key, "io.clocker.lock") {
			out[key] = value
		}
	}
	return out
}

// passableMounts leaves out paths of hosts.
func passableMounts(mounts []hosts.Mount) []hosts.Mount {
	var out []hosts.Mount
	for _, m := range mounts {
		if m.Type == "volume" {
			m.Source = ""
			out = append(out, m)
		}
	}
	return out
}
