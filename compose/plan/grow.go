package plan

import (
	"cmp"
	"fmt"
	"slices"
	"sort"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// Hosts that don't exist are planned like those that do: they are added to what
// was observed, under the names that they will have, and placement decides with
// all its rules whether they are of use. The fewest that give every replica a
// place are what is made.

// growth is a request on its way to more hosts.
type growth struct {
	Request
	fleets map[string]*Fleet
	taken  map[string]bool
	made   []MakeHost
}

// grow adds to the snapshot the hosts that replicas lack. What is wrong with the
// request is left for the plan to say.
func (u *up) grow() error {
	if len(u.Fleets) == 0 || u.MovesOnly {
		return nil
	}
	if len(u.State.Observations) > 0 && len(u.State.Ready()) == 0 {
		return nil // nobody knows what runs there already
	}
	g := newGrowth(u.Request)
	for i := range u.Fleets {
		f := &u.Fleets[i]
		for _, name := range f.Coming {
			g.plan(f, name, f.sized(f.sizeOf(name)), nil)
			g.made[len(g.made)-1] = f.finish(name)
		}
	}
	if err := g.place(); err != nil {
		return nil //nolint:nilerr // planning meets it again
	}
	u.State, u.makes = g.State, g.made
	return nil
}

func newGrowth(r Request) *growth {
	g := &growth{Request: r, fleets: map[string]*Fleet{}, taken: map[string]bool{}}
	for _, o := range r.State.Observations {
		g.taken[o.Host.Name] = true
	}
	for i := range r.Fleets {
		f := &r.Fleets[i]
		g.fleets[f.Location.Name] = f
		for _, m := range f.Machines {
			g.taken[m.Name] = true
		}
	}
	return g
}

// sizeOf is the size of a machine that is there.
func (f *Fleet) sizeOf(name string) string {
	for _, m := range f.Machines {
		if m.Name == name {
			return m.Size
		}
	}
	return ""
}

// finish is the step for a machine that is there.
func (f *Fleet) finish(name string) MakeHost {
	return MakeHost{Location: f.Location, Name: name, Size: f.sizeOf(name), Begun: true}
}

// plan adds a host that is to be made.
func (g *growth) plan(f *Fleet, name string, size hosts.Size, wanted []string) {
	g.State = g.State.With([]hosts.Host{f.host(name, size, g.State)})
	g.taken[name] = true
	g.made = append(g.made, MakeHost{Location: f.Location, Name: name, Size: size.Name, Price: size.Price, For: wanted})
}

// place plans hosts until every replica has a place, or no host more would help.
func (g *growth) place() error {
	hopeless := map[string]bool{}
	for {
		lacking, err := lacking(g.Request)
		if err != nil {
			return err
		}
		left := slices.DeleteFunc(slices.Clone(lacking), func(t scheduler.Task) bool { return hopeless[t.Name] })
		if len(left) == 0 {
			return g.first()
		}
		most := slices.MaxFunc(left, compareNeeds)
		if o := g.best(most, lacking); o != nil {
			for _, name := range g.names(o.fleet, o.count) {
				g.plan(o.fleet, name, o.size, namesOf(lacking))
			}
			continue
		}
		hopeless[most.Name] = true
	}
}

// first plans a host for a pool that has none, as services that run once on each
// host want one.
func (g *growth) first() error {
	if len(g.State.Observations) > 0 {
		return nil
	}
	for i := range g.Fleets {
		f := &g.Fleets[i]
		if size, ok := f.choose(hosts.Resources{}, usualArch); ok && f.room() > 0 {
			g.plan(f, g.names(f, 1)[0], size, nil)
			return nil
		}
	}
	return nil
}

func compareNeeds(a, b scheduler.Task) int {
	return cmp.Or(cmp.Compare(a.Needs.MemoryBytes, b.Needs.MemoryBytes), cmp.Compare(a.Needs.NanoCPUs, b.Needs.NanoCPUs), -cmp.Compare(a.Name, b.Name))
}

// offer is so many hosts of a size.
type offer struct {
	fleet *Fleet
	size  hosts.Size
	count int
}

// best is the cheapest offer of those that give the task a place: of its size as
// many hosts as all tasks lack for which the size was chosen.
func (g *growth) best(t scheduler.Task, lacking []scheduler.Task) *offer {
	var found []offer
	for i := range g.Fleets {
		f := &g.Fleets[i]
		size, ok := f.choose(needsOf(t, lacking), cmp.Or(t.Platform.Arch, g.arch()))
		if !ok || g.roomIn(f) == 0 {
			continue
		}
		if n := g.enough(f, size, t, lacking); n > 0 {
			found = append(found, offer{f, size, n})
		}
	}
	if len(found) == 0 {
		return nil
	}
	best := slices.MinFunc(found, func(a, b offer) int {
		return cmp.Or(scheduler.ComparePrices(a.size.Price, b.size.Price), cmp.Compare(a.fleet.Location.Name, b.fleet.Location.Name))
	})
	return &best
}

// needsOf is what the task reserves, with those that share its host.
func needsOf(t scheduler.Task, lacking []scheduler.Task) hosts.Resources {
	if t.Group == "" {
		return t.Needs
	}
	var all hosts.Resources
	for _, o := range lacking {
		if o.Group == t.Group && o.Number == t.Number {
			all = all.Add(o.Needs)
		}
	}
	return all
}

// arch is that of the hosts that there are.
func (g *growth) arch() string {
	for _, o := range g.State.Ready() {
		if o.Host.Platform.Arch != "" {
			return o.Host.Platform.Arch
		}
	}
	return usualArch
}

// roomIn is how many machines more there may be in a location.
func (g *growth) roomIn(f *Fleet) int {
	begun := 0
	for _, a := range g.made {
		if a.Location.Name == f.Location.Name && !a.Begun {
			begun++
		}
	}
	return max(0, f.room()-begun)
}

// enough is the smallest number of hosts of a size that does what as many as
// there may be do for the tasks that chose it, 0 where they do nothing for the
// first of them.
func (g *growth) enough(f *Fleet, size hosts.Size, first scheduler.Task, lacking []scheduler.Task) int {
	most := min(g.roomIn(f), len(lacking))
	left := g.without(f, size, most, lacking)
	if left[first.Name] {
		return 0
	}
	return 1 + sort.Search(most-1, func(n int) bool { return len(g.without(f, size, n+1, lacking)) <= len(left) })
}

// without are the tasks that lack a place still, with so many hosts more, of
// those for which the size was chosen.
func (g *growth) without(f *Fleet, size hosts.Size, n int, before []scheduler.Task) map[string]bool {
	trial := growth{Request: g.Request, fleets: g.fleets, taken: map[string]bool{}}
	for _, name := range g.names(f, n) {
		trial.plan(f, name, size, nil)
	}
	still := map[string]bool{}
	tasks, err := lacking(trial.Request)
	if err != nil {
		tasks = before
	}
	for _, t := range tasks {
		if own, ok := f.choose(needsOf(t, before), cmp.Or(t.Platform.Arch, g.arch())); ok && own.Name == size.Name {
			still[t.Name] = true
		}
	}
	return still
}

func (g *growth) names(f *Fleet, n int) []string { return MachineNames(f.Location, g.taken, n) }

func namesOf(tasks []scheduler.Task) []string {
	var names []string
	for _, t := range tasks {
		names = append(names, t.Name)
	}
	return names
}

// lacking are the replicas that fit on none of the hosts of the snapshot.
func lacking(r Request) ([]scheduler.Task, error) {
	r.Explain = Explain{}
	u := newUp(r)
	for _, stage := range []func() error{u.selectServices, u.survey, u.wantReplicas, u.wantOneoff} {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	tasks, _ := u.tasks()
	decisions, err := u.place(tasks, u.candidates(u.currents()))
	if err != nil && decisions == nil {
		return nil, err
	}
	var all []scheduler.Task
	for _, d := range decisions {
		if d.Host == "" {
			all = append(all, d.Task)
		}
	}
	return all, nil
}

// makeHosts adds the steps that make hosts, for which all that happens there waits.
func (u *up) makeHosts() error {
	made := map[string]string{}
	for _, a := range u.makes {
		made[a.Name] = u.add(a.Name, a, u.whyMade(a))
	}
	for i := range u.steps {
		s := &u.steps[i]
		if id := made[s.Host]; id != "" && id != s.ID && len(s.After) == 0 {
			s.After = []string{id}
		}
	}
	return nil
}

func (u *up) whyMade(a MakeHost) Reason {
	if a.Begun {
		return ReasonInterrupted
	}
	return ReasonRoom
}

// ceilings say why there are no more hosts for what fits nowhere.
func (u *up) ceilings(decisions []scheduler.Decision) []string {
	var all []string
	for i := range u.Fleets {
		f := &u.Fleets[i]
		switch {
		case f.Full != "":
			all = append(all, f.Full)
		case f.room() <= len(u.making(f)):
			all = append(all, fmt.Sprintf("location %s may have no more machines (max: %d)", f.Location.Name, f.Location.Max))
		case slices.ContainsFunc(decisions, func(d scheduler.Decision) bool { return d.Host == "" && !f.holds(d.Task) }):
			all = append(all, fmt.Sprintf("location %s has no size of machine that is large enough", f.Location.Name))
		}
	}
	return all
}

// holds tells that some size of machine holds what the task reserves.
func (f *Fleet) holds(t scheduler.Task) bool {
	_, ok := f.choose(t.Needs, t.Platform.Arch)
	return ok
}

// making are the machines of a location that the plan makes for want of room.
func (u *up) making(f *Fleet) []string {
	var names []string
	for _, a := range u.makes {
		if a.Location.Name == f.Location.Name && !a.Begun {
			names = append(names, a.Name)
		}
	}
	return names
}
