package plan_test

import (
	"flag"
	"slices"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// sizes are what a provider may have, at prices.
func sizes() []hosts.Size {
	euro := func(micros int64) *hosts.Price { return &hosts.Price{Micros: micros, Currency: "EUR"} }
	return []hosts.Size{
		{Name: "small", Resources: hosts.Resources{NanoCPUs: 2e9, MemoryBytes: 4 << 30}, Price: euro(8000)},
		{Name: "large", Resources: hosts.Resources{NanoCPUs: 8e9, MemoryBytes: 32 << 30}, Price: euro(60500)},
	}
}

// parseFleet reads "burst -max 4 -most 4 -headroom 2".
func parseFleet(t *testing.T, args []string) plan.Fleet {
	l := hosts.Location{Name: args[0], Provider: "fake", RemoveEmpty: true}
	fleet := plan.Fleet{Sizes: sizes()}
	f := flag.NewFlagSet("fleet", flag.ContinueOnError)
	f.IntVar(&l.Max, "max", 0, "")
	f.IntVar(&l.Min, "min", 0, "")
	f.IntVar(&l.Headroom.Containers, "headroom", 0, "")
	full := f.Bool("full", false, "")
	most := f.Int("most", 0, "")
	size := f.String("size", "", "")
	keep := f.Bool("keep", false, "")
	dear := f.Bool("dear", false, "")
	label := f.String("disk", "", "")
	assert.NilError(t, f.Parse(args[1:]))
	if *most > 0 {
		l.Strategies = []hosts.Strategy{{Name: "max-containers", Value: *most}}
	}
	if *size != "" {
		l.Template = map[string]any{"size": *size}
	}
	if *label != "" {
		fleet.Like.Labels = map[string]string{"disk": *label}
	}
	l.RemoveEmpty = !*keep
	if *full {
		fleet.Full = "location burst makes no more machines: quota exceeded"
	}
	if *dear {
		for i := range fleet.Sizes {
			fleet.Sizes[i].Price.Micros *= 2
		}
	}
	fleet.Location = l
	return fleet
}

// machine adds one to its fleet: as a host of the pool, or as one that isn't yet
// or any more.
func (w *world) machine(state, name, location, size string) {
	for i := range w.fleets {
		f := &w.fleets[i]
		if f.Location.Name != location {
			continue
		}
		f.Machines = append(f.Machines, hosts.Machine{Name: name, Location: location, Size: size, State: hosts.MachineRunning})
		switch state {
		case "coming":
			f.Coming = append(f.Coming, name)
		case "failed":
			f.Machines[len(f.Machines)-1].State = hosts.MachineBroken
		default:
			w.addMachine(f, name, size)
		}
		if state == "leaving" {
			w.host(name).Availability = hosts.Drain
			f.Leaving = append(f.Leaving, name)
		}
		return
	}
	w.t.Fatalf("there is no fleet %s", location)
}

func (w *world) addMachine(f *plan.Fleet, name, size string) {
	h := hosts.Host{Name: name, Location: f.Location.Name, Labels: f.Like.Labels}
	for _, s := range f.Sizes {
		if s.Name == size {
			h.Capacity = s.Resources
		}
	}
	w.addHost(h)
}

// makeHosts does what steps say that make hosts.
func (w *world) makeHosts(needed *plan.Plan) {
	for _, s := range needed.Steps {
		a := s.Action.(plan.MakeHost)
		if !a.Begun {
			w.machine("machine", a.Name, a.Location.Name, a.Size)
			continue
		}
		for i := range w.fleets {
			if f := &w.fleets[i]; f.Location.Name == a.Location.Name {
				f.Coming = slices.DeleteFunc(f.Coming, func(name string) bool { return name == a.Name })
				w.addMachine(f, a.Name, a.Size)
			}
		}
	}
}
