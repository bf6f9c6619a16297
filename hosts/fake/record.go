package fake

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/network"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// record is a container.
type record struct {
	ID, Name string
	Spec     hosts.ContainerSpec
	ImageID  string
	Created  time.Time
	State    hosts.ContainerState
	// Began is when its process began to run, Started when that was noted.
	Began        time.Time
	Started      time.Time
	Finished     time.Time
	ExitCode     int
	RestartCount int
	// Stopped says that a user stopped it, so that it is not restarted.
	Stopped bool
	Health  string
	// Looks counts how often its health was asked for since it started.
	Looks    int
	Attached []attachment
	Mounts   []hosts.Mount
	// Anonymous are the names of volumes that go with it.
	Anonymous []string
	Ports     []hosts.PublishedPort
	Files     map[string][]byte
	Log       []written
	// Held is the beginning of a line that has no end yet.
	Held string `json:",omitempty"`
	// Script is what it does yet, Shown how much of it was done.
	Script script
	Shown  int
}

// attachment is a place on a network; the address is there while it runs.
type attachment struct {
	Network, NetworkID string
	Endpoint           *network.EndpointSettings
	Address            netip.Addr
}

func (r *record) running() bool {
	return r.State == hosts.Running || r.State == hosts.Paused || r.State == hosts.Restarting
}

// container finds one by name, ID or the start of an ID.
func (s *state) container(name string) (*record, error) {
	name = strings.TrimPrefix(name, "/")
	for _, r := range s.Containers {
		if r.Name == name || r.ID == name {
			return r, nil
		}
	}
	var found *record
	for _, r := range s.Containers {
		if len(name) >= 4 && strings.HasPrefix(r.ID, name) {
			found = r
		}
	}
	if found == nil {
		return nil, notFound("No such container: %s", name)
	}
	return found, nil
}

// listed is the container as a list shows it.
func (r *record) listed() hosts.Container {
	c := hosts.Container{
		ID: r.ID, Name: r.Name, Image: r.Spec.Config.Image, ImageID: r.ImageID, Command: strings.Join(r.command(), " "),
		Created: r.Created.Truncate(time.Second), Labels: r.Spec.Config.Labels, State: r.State, Status: r.sentence(),
		Health: r.Health, Mounts: slices.Clone(r.Mounts), Ports: slices.Clone(r.Ports), NetworkMode: r.networkMode(),
	}
	if r.State == hosts.Exited {
		c.ExitCode = r.ExitCode
	}
	for _, a := range r.Attached {
		c.Attachments = append(c.Attachments, hosts.Attachment{Network: a.Network, NetworkID: a.NetworkID, Address: a.Address})
	}
	slices.SortFunc(c.Attachments, func(a, b hosts.Attachment) int { return strings.Compare(a.Network, b.Network) })
	return c
}

func (r *record) networkMode() string {
	if r.Spec.HostConfig == nil {
		return "default"
	}
	return cmp.Or(string(r.Spec.HostConfig.NetworkMode), "default")
}

func (r *record) command() []string {
	return slices.Concat(r.Spec.Config.Entrypoint, r.Spec.Config.Cmd)
}

// sentence is the engine's Status, without the time that went by.
func (r *record) sentence() string {
	switch r.State {
	case hosts.Created:
		return "Created"
	case hosts.Exited:
		return fmt.Sprintf("Exited (%d) Less than a second ago", r.ExitCode)
	case hosts.Restarting:
		return fmt.Sprintf("Restarting (%d) Less than a second ago", r.ExitCode)
	}
	switch r.Health {
	case "":
		return "Up Less than a second"
	case "starting":
		return "Up Less than a second (health: starting)"
	}
	return "Up Less than a second (" + r.Health + ")"
}

// detail is the container as an inspection shows it.
func (r *record) detail() hosts.ContainerDetail {
	d := hosts.ContainerDetail{
		Container: r.listed(), StartedAt: r.Started, FinishedAt: r.Finished, RestartCount: r.RestartCount,
		Tty: r.Spec.Config.Tty, OpenStdin: r.Spec.Config.OpenStdin, HasHealthcheck: r.hasHealthcheck(), Env: slices.Clone(r.Spec.Config.Env),
	}
	d.Created, d.Healthcheck = r.Created, r.Spec.Config.Healthcheck
	if r.State == hosts.Restarting {
		d.ExitCode = r.ExitCode
	}
	for _, a := range r.Attached {
		if a.Endpoint == nil || len(a.Endpoint.Aliases) == 0 {
			continue
		}
		if d.Aliases == nil {
			d.Aliases = map[string][]string{}
		}
		d.Aliases[a.Network] = a.Endpoint.Aliases
	}
	d.Status = string(r.State)
	for _, m := range r.Mounts {
		if m.Type != "volume" {
			continue
		}
		if d.Volumes == nil {
			d.Volumes = map[string]string{}
		}
		d.Volumes[m.Destination] = m.Name
	}
	return d
}

func (r *record) hasHealthcheck() bool {
	h := r.Spec.Config.Healthcheck
	return h != nil && len(h.Test) > 0 && h.Test[0] != "NONE"
}
