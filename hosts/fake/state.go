package fake

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// state is all that an engine knows, as its file holds it.
type state struct {
	Host       hosts.Host
	Serial     int
	Containers map[string]*record
	Networks   map[string]*hosts.Network
	Volumes    map[string]hosts.Volume
	// Images are the host's by ID, Registry those that can be pulled by reference.
	Images   map[string]hosts.Image
	Registry map[string]hosts.Image
	Plugins  map[string]hosts.Plugin
	// Lacking are paths that the host doesn't have; it has all others.
	Lacking []string
	// Use is what a meter reads.
	Use *hosts.Use
	// Last are the logs of containers that removed themselves, by ID, for those
	// who were reading along.
	Last   map[string][]written
	Events []hosts.ContainerEvent
	Calls  []Call
	Faults []Fault
}

// Call is one call of a method: "CreateContainer", "shop-web-1".
type Call struct{ Method, Object string }

func (c Call) String() string { return c.Method + " " + c.Object }

func newState(h hosts.Host) *state {
	h.ID = cmp.Or(h.ID, identify("engine " + h.Name)[:12])
	h.Hostname = cmp.Or(h.Hostname, h.Name)
	h.EngineVersion = cmp.Or(h.EngineVersion, "29.0.0")
	h.Platform = cmp.Or(h.Platform, hosts.Platform{OS: "linux", Arch: "amd64"})
	h.Capacity = cmp.Or(h.Capacity, hosts.Resources{NanoCPUs: 4e9, MemoryBytes: 8 << 30})
	if h.Drivers == nil {
		h.Drivers = []string{"bridge", "host", "ipvlan", "macvlan", "null", "overlay"}
	}
	s := &state{
		Host: h, Containers: map[string]*record{}, Networks: map[string]*hosts.Network{}, Volumes: map[string]hosts.Volume{},
		Images: map[string]hosts.Image{}, Registry: map[string]hosts.Image{}, Plugins: map[string]hosts.Plugin{},
	}
	s.predefine()
	return s
}

// predefine makes the networks that every engine has.
func (s *state) predefine() {
	for _, n := range []hosts.Network{
		{Name: "bridge", Driver: "bridge", Scope: "local", Subnets: []hosts.Subnet{defaultSubnet(17)}},
		{Name: "host", Driver: "host", Scope: "local"},
		{Name: "none", Driver: "null", Scope: "local"},
	} {
		n.ID = s.newID("network")
		s.Networks[n.ID] = &n
	}
}

// newID is 64 hexadecimal digits, different each time and the same in each run.
func (s *state) newID(kind string) string {
	s.Serial++
	return identify(fmt.Sprint(s.Host.Name, kind, s.Serial))
}

func identify(seed string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(seed))) }

// sorted are the values of m in the order of their keys.
func sorted[V any](m map[string]V) []V {
	var all []V
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[k])
	}
	return all
}

// Calls are all calls so far, in order.
func (e *Engine) Calls() []Call {
	var calls []Call
	_ = e.update(func(s *state) error {
		calls = slices.Clone(s.Calls)
		return nil
	})
	return calls
}

// ForgetCalls empties the record of calls.
func (e *Engine) ForgetCalls() {
	_ = e.update(func(s *state) error {
		s.Calls = nil
		return nil
	})
}

// event notes a change of a container for those who watch.
func (s *state) event(r *record, action string, at time.Time) {
	s.Events = append(s.Events, hosts.ContainerEvent{
		Time: at, ID: r.ID, Name: r.Name, Labels: r.Spec.Config.Labels, Attributes: r.attributes(action),
		Action: action, ExitCode: r.ExitCode,
	})
}
