package fake

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// cloudImage is the only image that there is.
const cloudImage = "debian-12"

// cloudState is all that a cloud knows, as its file holds it.
type cloudState struct {
	Serial   int
	Machines []*cloudMachine
	// Quota is how many machines the account may have; negative is any number.
	Quota  int
	Calls  []Call
	Faults []Fault
}

// cloudMachine is a machine, and what comes of it.
type cloudMachine struct {
	hosts.Machine
	UserData string
	// Ready is when it runs.
	Ready time.Time
	// Breaks is what it says then instead; "" is a machine that runs.
	Breaks string
}

func newCloudState() *cloudState { return &cloudState{Quota: -1} }

// cloudSizes are what a machine may be.
func cloudSizes() []hosts.Size {
	size := func(name string, cpus, gib, micros int64) hosts.Size {
		return hosts.Size{
			Name: name, Arch: "amd64", Price: &hosts.Price{Micros: micros, Currency: "EUR"},
			Resources: hosts.Resources{NanoCPUs: cpus * 1e9, MemoryBytes: gib << 30},
		}
	}
	return []hosts.Size{size("small", 2, 4, 8_000), size("medium", 4, 8, 16_000), size("large", 8, 16, 32_000)}
}

// find is the machine of a name, or nil.
func (s *cloudState) find(location, name string) *cloudMachine {
	i := slices.IndexFunc(s.Machines, func(m *cloudMachine) bool { return m.Location == location && m.Name == name })
	if i < 0 {
		return nil
	}
	return s.Machines[i]
}

func (s *cloudState) create(o hosts.Order) (hosts.Machine, error) {
	if m := s.find(o.Location.Name, o.Name); m != nil {
		return m.at(time.Now()), nil
	}
	if image := o.Location.Template.Text("image"); image != "" && image != cloudImage {
		return hosts.Machine{}, fmt.Errorf("image %s: %w", image, errNoImage)
	}
	size := cmp.Or(o.Size, o.Location.Template.Text("size"), "medium")
	if !slices.ContainsFunc(cloudSizes(), func(s hosts.Size) bool { return s.Name == size }) {
		return hosts.Machine{}, fmt.Errorf("size %s: %w", size, errNoSize)
	}
	if s.Quota >= 0 && len(s.Machines) >= s.Quota {
		return hosts.Machine{}, &failure{hosts.ErrCapacity, fmt.Sprintf("the account may have %d machines", s.Quota)}
	}
	m := s.boot(o, size)
	s.Machines = append(s.Machines, m)
	return m.Machine, nil
}

// boot is a new machine, which suffers the faults of its boot.
func (s *cloudState) boot(o hosts.Order, size string) *cloudMachine {
	s.Serial++
	now := time.Now()
	m := &cloudMachine{UserData: o.UserData, Ready: now, Machine: hosts.Machine{
		ID: fmt.Sprint("m-", s.Serial), Name: o.Name, Location: o.Location.Name, User: "root", HostKey: o.HostKey,
		State: hosts.MachineMaking, Size: size, Created: now.UTC(),
	}}
	m.Address = fmt.Sprintf("10.%d.%d.%d", 200+s.Serial>>16, s.Serial>>8&255, s.Serial&255)
	for _, f := range due(s.Faults, "Boot", o.Name) {
		m.Ready = m.Ready.Add(f.Delay)
		if f.Kind != "" {
			m.Breaks = f.err().Error()
		}
	}
	return m
}

// at is the machine as it is at a time.
func (m *cloudMachine) at(now time.Time) hosts.Machine {
	out := m.Machine
	switch {
	case now.Before(m.Ready):
		out.Address = ""
	case m.Breaks != "":
		out.State, out.Fault = hosts.MachineBroken, m.Breaks
	default:
		out.State = hosts.MachineRunning
	}
	return out
}
