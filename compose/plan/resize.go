package plan

import (
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// ResizeRequest is all that the size of a pool depends on, whatever projects are
// on it.
type ResizeRequest struct {
	State  state.Snapshot
	Fleets []Fleet
	// Strategies are those of the project, which bound the containers of a host
	// where its location doesn't.
	Strategies []hosts.Strategy
	// Mind is what keeps hosts from being deleted, by name, beside what is on
	// them; may be nil.
	Mind map[string]string
	// Shrink makes no new hosts.
	Shrink bool
}

// Resize plans what brings locations to their size: machines that were begun are
// finished, the least number and the headroom are made, and hosts that are empty
// are deleted where the location says so.
func Resize(r ResizeRequest) *Plan {
	g, p := newGraph(), &Plan{}
	for i := range r.Fleets {
		f := &r.Fleets[i]
		for _, name := range f.Coming {
			g.add(name, f.finish(name), ReasonInterrupted)
		}
		resizing{Fleet: f, after: f.come(r.State), most: most(f, r.Strategies), mind: r.Mind, shrink: r.Shrink}.steps(g)
	}
	p.Steps = g.sorted()
	return p
}

// come adds the machines that become hosts to what was observed, as empty ones.
func (f *Fleet) come(s state.Snapshot) state.Snapshot {
	var all []hosts.Host
	for _, name := range f.Coming {
		all = append(all, f.host(name, f.sized(f.sizeOf(name)), s))
	}
	return s.With(all)
}

// resize adds the steps that keep the headroom of locations and delete hosts
// that are empty, once all else is done.
func (u *up) resize() error {
	if u.MovesOnly || u.Oneoff != nil {
		return nil
	}
	after := outcome(u.State, u.steps)
	for i := range u.Fleets {
		f := &u.Fleets[i]
		resizing{Fleet: f, made: u.making(f), after: after, most: most(f, u.Project.Clocker.Placement.Strategies)}.steps(u.graph)
	}
	return nil
}

// resizing is one location after all else is done.
type resizing struct {
	*Fleet
	// made are the machines that the plan makes before.
	made  []string
	after state.Snapshot
	// most is how many containers a host may have.
	most int
	mind map[string]string
	// shrink makes no new hosts.
	shrink bool
}

// steps adds those that make and delete hosts. They wait for nothing: they are
// done after everything else.
func (r resizing) steps(g *graph) {
	size, known := r.choose(hosts.Resources{}, usualArch)
	f := r.count(size)
	n, _ := f.Missing()
	if r.Full != "" || !known || r.shrink {
		n = 0
	}
	for i, name := range MachineNames(r.Location, r.taken(), n) {
		why := ReasonHeadroom
		if i < f.Min-f.Working {
			why = ReasonMin
		}
		g.add(name, MakeHost{Location: r.Location, Name: name, Size: size.Name, Price: size.Price}, why)
	}
	if n > 0 || !r.Location.RemoveEmpty {
		return
	}
	for _, name := range append(r.left(), f.Spare(r.empty())...) {
		g.add(name, RemoveHost{Location: r.Location, Name: name}, ReasonEmpty)
	}
}

// count is the location as its headroom counts it.
func (r resizing) count(size hosts.Size) *scheduler.Fleet {
	f := &scheduler.Fleet{
		Next: r.capacity(size, r.after), Most: r.most, Headroom: r.Location.Headroom,
		Machines: r.there() + len(r.made), Working: len(r.made), Coming: len(r.Coming), Min: r.Location.Min, Max: r.Location.Max,
	}
	for _, o := range r.after.Ready() {
		if o.Host.Location == r.Location.Name && o.Host.Availability != hosts.Drain {
			f.Hosts = append(f.Hosts, occupied(o))
		}
	}
	for _, m := range r.Machines {
		o := r.after.Host(m.Name)
		if ready := o != nil && o.Host.Status.Ready && o.Host.Availability != hosts.Drain; ready || slices.Contains(r.Coming, m.Name) {
			f.Working++
		}
	}
	return f
}

// occupied is a host with what is on it.
func occupied(o hosts.Observation) scheduler.Candidate {
	c := scheduler.Candidate{Host: o.Host, Replicas: map[string]int{}}
	for _, on := range o.Containers {
		count(&c, on)
	}
	return c
}

func (r resizing) taken() map[string]bool {
	taken := map[string]bool{}
	for _, o := range r.after.Observations {
		taken[o.Host.Name] = true
	}
	for _, m := range r.Machines {
		taken[m.Name] = true
	}
	return taken
}

// empty are the machines whose hosts hold nothing, the last ones first.
func (r resizing) empty() []string {
	var names []string
	for _, m := range slices.Backward(r.Machines) {
		if r.vacant(m) && !slices.Contains(r.Leaving, m.Name) && r.after.Host(m.Name).Host.Availability != hosts.Drain {
			names = append(names, m.Name)
		}
	}
	return names
}

// left are those whose deletion an earlier run has begun, and that still hold
// nothing: they serve nobody any more.
func (r resizing) left() []string {
	var names []string
	for _, m := range r.Machines {
		if slices.Contains(r.Leaving, m.Name) && r.vacant(m) {
			names = append(names, m.Name)
		}
	}
	return names
}

// vacant tells that a machine's host answers, and holds nothing.
func (r resizing) vacant(m hosts.Machine) bool {
	o := r.after.Host(m.Name)
	return o != nil && !slices.Contains(r.Coming, m.Name) && m.State == hosts.MachineRunning && Occupied(o) == "" && r.mind[m.Name] == ""
}
