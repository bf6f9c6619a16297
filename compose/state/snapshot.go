// Package state is one observed snapshot of all hosts, and the questions that
// are asked of it. It is read-only data: nothing here calls an engine.
package state

import (
	"cmp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Snapshot is what one sweep saw, one observation a host, sorted by host name.
type Snapshot struct {
	Observations []hosts.Observation `json:"observations"`
}

// With is the snapshot with more hosts, of which nothing is known but that they
// are empty.
func (s Snapshot) With(more []hosts.Host) Snapshot {
	all := slices.Clone(s.Observations)
	for _, h := range more {
		all = append(all, hosts.Observation{Host: h})
	}
	return Snapshot{Observations: all}.sorted()
}

func (s Snapshot) sorted() Snapshot {
	slices.SortFunc(s.Observations, func(a, b hosts.Observation) int { return strings.Compare(a.Host.Name, b.Host.Name) })
	return s
}

// Host returns what was seen on a host, nil for a name that isn't in the pool.
func (s Snapshot) Host(name string) *hosts.Observation {
	i := sort.Search(len(s.Observations), func(i int) bool { return s.Observations[i].Host.Name >= name })
	if i < len(s.Observations) && s.Observations[i].Host.Name == name {
		return &s.Observations[i]
	}
	return nil
}

// Ready are the hosts that answered.
func (s Snapshot) Ready() []hosts.Observation {
	return slices.DeleteFunc(slices.Clone(s.Observations), func(o hosts.Observation) bool { return !o.Host.Status.Ready })
}

// Absent are the hosts that did not answer.
func (s Snapshot) Absent() []hosts.Host {
	var absent []hosts.Host
	for _, o := range s.Observations {
		if !o.Host.Status.Ready {
			absent = append(absent, o.Host)
		}
	}
	return absent
}

// Container is a container and the name of the host it is on.
type Container struct {
	Host string
	hosts.Container
}

// Service is the service it says it belongs to.
func (c Container) Service() string { return c.Labels[hosts.LabelService] }

// Number is its number in the service, 0 where it has none.
func (c Container) Number() int {
	n, _ := strconv.Atoi(c.Labels[hosts.LabelContainerNumber])
	return n
}

// Oneoff tells a container of `run` from a replica.
func (c Container) Oneoff() bool { return strings.EqualFold(c.Labels[hosts.LabelOneoff], "true") }

// Passing tells containers that serve others and are gone when they have: those
// of hooks, and those through which files are shipped. One that is found was
// left: by a hook that failed, or by a run that was interrupted.
func (c Container) Passing() bool {
	return c.Labels[hosts.LabelHook] != "" || c.Labels[hosts.LabelFiles] != ""
}

// Project returns the containers that carry the project's label, on all hosts
// that answered, sorted by service, number, name and host; but for those that
// are only passing, and those that somebody else made from an image of the project.
func (s Snapshot) Project(name string) []Container {
	return s.labelled(name, func(c Container) bool { return !c.Passing() })
}

// Left are the project's containers that were only to be passing.
func (s Snapshot) Left(name string) []Container { return s.labelled(name, Container.Passing) }

func (s Snapshot) labelled(name string, wanted func(Container) bool) []Container {
	var found []Container
	for _, o := range s.Observations {
		for _, c := range o.Containers {
			if c.Labels[hosts.LabelProject] == name && !inherited(o, c) && wanted(Container{o.Host.Name, c}) {
				found = append(found, Container{o.Host.Name, c})
			}
		}
	}
	slices.SortFunc(found, func(a, b Container) int {
		return cmp.Or(cmp.Compare(a.Service(), b.Service()), cmp.Compare(a.Number(), b.Number()),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.Host, b.Host))
	})
	return found
}

// inherited tells whether a container has the project's label from its image
// alone, to which a build has given it: one that a project has made has a hash of
// its configuration, too.
func inherited(o hosts.Observation, c hosts.Container) bool {
	return c.Labels[hosts.LabelConfigHash] == "" && c.Labels[hosts.LabelHook] == "" && slices.ContainsFunc(o.Images, func(i hosts.Image) bool {
		return i.ID == c.ImageID && i.Labels[hosts.LabelProject] != "" && i.Labels[hosts.LabelProject] == c.Labels[hosts.LabelProject]
	})
}

// Projects are the names of all projects that have a container, a network or a
// volume on any host that answered, sorted.
func (s Snapshot) Projects() []string {
	names := map[string]bool{}
	note := func(labels map[string]string) {
		if p := labels[hosts.LabelProject]; p != "" {
			names[p] = true
		}
	}
	for _, o := range s.Observations {
		for _, c := range o.Containers {
			note(c.Labels)
		}
		for _, n := range o.Networks {
			note(n.Labels)
		}
		for _, v := range o.Volumes {
			note(v.Labels)
		}
	}
	sorted := make([]string, 0, len(names))
	for n := range names {
		sorted = append(sorted, n)
	}
	slices.Sort(sorted)
	return sorted
}

// Network returns the host's network of that name, nil where it has none.
func Network(o *hosts.Observation, name string) *hosts.Network {
	for i := range o.Networks {
		if o.Networks[i].Name == name {
			return &o.Networks[i]
		}
	}
	return nil
}

// Volume returns the host's volume of that name, nil where it has none.
func Volume(o *hosts.Observation, name string) *hosts.Volume {
	for i := range o.Volumes {
		if o.Volumes[i].Name == name {
			return &o.Volumes[i]
		}
	}
	return nil
}

// Attached tells whether the container is on the network of that name.
func (c Container) Attached(network string) bool {
	return slices.ContainsFunc(c.Attachments, func(a hosts.Attachment) bool { return a.Network == network })
}
