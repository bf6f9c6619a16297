package plan_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// world is a pool of engines in memory, for which plans are made and on which
// they are carried out, step by step.
type world struct {
	t       fataler
	hosts   []hosts.Host
	engines map[string]*engine
	lost    map[string]bool // hosts that don't answer
	joined  map[string]bool // hosts that are on the fabric
	rebuilt map[string]bool // images whose tag has moved
	fleets  []plan.Fleet
}

// fataler is what tests of all kinds have in common.
type fataler interface {
	assert.TestingT
	Helper()
	Fatalf(format string, a ...any)
}

// engine is a fake one whose images can be built anew.
type engine struct {
	*fake.Engine
	w *world
}

func newWorld(t fataler, names ...string) *world {
	w := &world{t: t, engines: map[string]*engine{}, lost: map[string]bool{}, joined: map[string]bool{}, rebuilt: map[string]bool{}}
	for _, name := range names {
		w.add(name)
	}
	return w
}

// add adds a host to the pool: the one it was, where it was there before. All
// hosts have the image app, and can pull the image remote.
func (w *world) add(name string) { w.addHost(hosts.Host{Name: name, Location: "here"}) }

func (w *world) addHost(h hosts.Host) {
	h.Address, h.Endpoint = h.Name+".example", hosts.Endpoint{URL: "ssh://" + h.Name}
	w.hosts = append(w.hosts, h)
	slices.SortFunc(w.hosts, func(a, b hosts.Host) int { return cmp.Compare(a.Name, b.Name) })
	if w.engines[h.Name] != nil {
		return
	}
	h.Drivers = []string{"bridge", "host", "null", hosts.FabricDriver}
	e := &engine{fake.New(h), w}
	e.Load("app")
	e.Publish("app", "remote")
	w.engines[h.Name] = e
}

func (w *world) leave(name string) {
	w.hosts = slices.DeleteFunc(w.hosts, func(h hosts.Host) bool { return h.Name == name })
}

func (w *world) host(name string) *hosts.Host {
	for i := range w.hosts {
		if w.hosts[i].Name == name {
			return &w.hosts[i]
		}
	}
	w.t.Fatalf("there is no host %s", name)
	return nil
}

func (w *world) several() bool { return len(w.hosts) > 1 || len(w.fleets) > 0 }

// observe sees what a sweep sees.
func (w *world) observe() state.Snapshot {
	var s state.Snapshot
	for _, h := range w.hosts {
		if w.lost[h.Name] {
			h.Status = hosts.Status{Reason: "connection refused"}
			s.Observations = append(s.Observations, hosts.Observation{Host: h})
			continue
		}
		o, err := w.engines[h.Name].Engine.Observe(context.Background())
		assert.NilError(w.t, err)
		h.Platform, h.Capacity, h.Drivers, h.Status = o.Host.Platform, o.Host.Capacity, o.Host.Drivers, o.Host.Status
		o.Host = h
		for i := range o.Images {
			o.Images[i] = w.built(o.Images[i])
		}
		s.Observations = append(s.Observations, o)
	}
	return s
}

func (w *world) built(image hosts.Image) hosts.Image {
	if slices.ContainsFunc(image.Tags, func(tag string) bool { return w.rebuilt[tag] }) {
		image.ID = "sha256:" + strings.Repeat("b", 64)
	}
	return image
}

// InspectImage knows of images that were built anew.
func (e *engine) InspectImage(ctx context.Context, ref string) (hosts.Image, error) {
	image, err := e.Engine.InspectImage(ctx, ref)
	return e.w.built(image), err
}

func (w *world) request(p *project.Project, o plan.Options) plan.Request {
	locations := map[string]hosts.Location{}
	for _, f := range w.fleets {
		locations[f.Location.Name] = f.Location
	}
	return plan.Request{
		Locations: locations, Project: p, State: w.observe(), Several: w.several(), Joined: maps.Clone(w.joined),
		Range: p.Clocker.Network.CIDR, Size: p.Clocker.Network.Size, Options: o, Fleets: w.fleets,
	}
}

// up plans and carries out everything.
func (w *world) up(p *project.Project, o plan.Options) *plan.Plan {
	w.t.Helper()
	planned, err := plan.Up(w.request(p, o))
	assert.NilError(w.t, err)
	w.carryOut(planned.Steps)
	return planned
}

func (w *world) down(r plan.DownRequest) *plan.Plan {
	w.t.Helper()
	r.State = w.observe()
	planned := plan.Down(r)
	w.carryOut(planned.Steps)
	return planned
}

// carryOut does steps one after the other. None may fail: a plan that an engine
// refuses is wrong.
func (w *world) carryOut(steps []plan.Step) {
	w.t.Helper()
	x := &execute.Executor{
		Engine: func(name string) (execute.Engine, error) {
			if w.lost[name] {
				w.t.Fatalf("a step acts on host %s, which doesn't answer", name)
			}
			return w.engines[name], nil
		},
		Fabric:  fabric{w},
		Builder: func(name string) (execute.Builder, error) { return w.engines[name], nil },
		Several: w.several(),
	}
	for _, s := range steps {
		if _, waits := s.Action.(plan.AwaitContainer); waits {
			continue
		}
		s.After = nil
		err := x.Run(context.Background(), &plan.Plan{Steps: []plan.Step{s}})
		assert.NilError(w.t, err, "step %s", s.ID)
	}
}

// fabric is joined by saying so.
type fabric struct{ w *world }

func (f fabric) Joined(o hosts.Observation) bool { return f.w.joined[o.Host.Name] }

func (f fabric) Refuses(hosts.Observation) string { return "" }

func (fabric) Withhold(context.Context, hosts.Host, string, time.Duration) (time.Duration, error) {
	return 0, nil
}

func (f fabric) Join(_ context.Context, h hosts.Host, _ []string) error {
	f.w.joined[h.Name] = true
	return nil
}

// load reads a compose file of the project shop.
func load(t fataler, content string) *project.Project {
	t.Helper()
	p, err := project.Load(context.Background(), project.Options{
		Files: []string{"-"}, Stdin: strings.NewReader(content), Name: "shop", WorkingDir: "/nowhere",
	})
	assert.NilError(t, err)
	return p
}

var _ fataler = (*testing.T)(nil)
