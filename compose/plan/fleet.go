package plan

import (
	"cmp"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// Fleet is a location of the pool whose hosts a provider makes.
type Fleet struct {
	Location hosts.Location
	// Machines are all that the provider has made there, by name.
	Machines []hosts.Machine
	// Coming are the names of those that are no hosts yet and become some: an
	// earlier run has ordered them, or another one is about to.
	Coming []string
	// Leaving are the names of those whose deletion has begun.
	Leaving []string
	// Sizes are those that the provider knows; none where it can't tell.
	Sizes []hosts.Size
	// Like is what hosts have in common that are made there: location and labels.
	Like hosts.Host
	// Full is why no machine can be made there for now, such as the provider's
	// refusal; "" where there can.
	Full string
}

// there are the machines that count: those that are being deleted are gone.
func (f *Fleet) there() int {
	n := 0
	for _, m := range f.Machines {
		if m.State != hosts.MachineDeleting {
			n++
		}
	}
	return n
}

// room is how many machines more there may be.
func (f *Fleet) room() int {
	if f.Full != "" {
		return 0
	}
	return max(0, f.Location.Max-f.there())
}

// sized finds a size by its name.
func (f *Fleet) sized(name string) hosts.Size {
	i := slices.IndexFunc(f.Sizes, func(s hosts.Size) bool { return s.Name == name })
	if i < 0 {
		return hosts.Size{Name: name}
	}
	return f.Sizes[i]
}

// choose is the size of a new machine for what is reserved. Where neither the
// template nor the provider says, that is the provider's own choice.
func (f *Fleet) choose(needs hosts.Resources, arch string) (hosts.Size, bool) {
	if name := f.Location.Template.Text("size"); name != "" || len(f.Sizes) == 0 {
		return f.sized(name), true
	}
	return scheduler.CheapestSize(f.Sizes, needs, arch)
}

// capacity is what a host of a size has: as others of the size turned out, or
// as the provider says.
func (f *Fleet) capacity(size hosts.Size, seen state.Snapshot) hosts.Resources {
	for _, m := range f.Machines {
		if o := seen.Host(m.Name); o != nil && o.Host.Status.Ready && m.Size == size.Name {
			return o.Host.Capacity
		}
	}
	return scheduler.Usable(size.Resources)
}

// host is one that doesn't exist yet, as it will be seen.
func (f *Fleet) host(name string, size hosts.Size, seen state.Snapshot) hosts.Host {
	h := f.Like
	h.Name, h.Hostname, h.ID, h.Address = name, name, name, name+".invalid"
	h.Location, h.Availability, h.Status = f.Location.Name, hosts.Active, hosts.Status{Ready: true}
	h.Platform = hosts.Platform{OS: "linux", Arch: cmp.Or(size.Arch, h.Platform.Arch, usualArch)}
	h.Capacity = f.capacity(size, seen)
	h.Drivers = []string{"bridge", "host", "null"}
	return h
}

// usualArch is that of a machine of which nobody says another.
const usualArch = "amd64"

// MachineNames are names for so many new machines of a location, those of the
// lowest numbers that are free, so that whoever wants a machine at the same
// time wants the same one.
func MachineNames(l hosts.Location, taken map[string]bool, n int) []string {
	var names []string
	for i := 1; len(names) < n; i++ {
		if name := l.MachineName(i); !taken[name] {
			names = append(names, name)
		}
	}
	return names
}

// most is how many containers a host of the location may have, 0 for any number:
// by its own rule, or by that of the project.
func most(f *Fleet, project []hosts.Strategy) int {
	return cmp.Or(scheduler.MostContainers(f.Location.Strategies), scheduler.MostContainers(project))
}
