package execute_test

import (
	"context"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// pulls runs a plan that pulls nginx on one engine after the other, and returns
// the events that it took.
func pulls(t *testing.T, digest string, engines ...*pulling) (events []execute.Event, err error) {
	t.Helper()
	p := &plan.Plan{Project: "shop"}
	by := map[string]*pulling{}
	for _, e := range engines {
		by[e.name] = e
		step := plan.Step{ID: e.name + "/pull", Host: e.name, Action: plan.PullImage{Ref: "nginx", Digest: digest}}
		if n := len(p.Steps); n > 0 {
			step.After = []string{p.Steps[n-1].ID}
		}
		p.Steps = append(p.Steps, step)
	}
	x := &execute.Executor{
		Engine:   func(host string) (execute.Engine, error) { return by[host], nil },
		Events:   func(e execute.Event) { events = append(events, e) },
		Several:  true,
		Parallel: 1,
	}
	return events, x.Run(t.Context(), p)
}

// pulling is an engine whose registry may mean something else by nginx.
type pulling struct {
	*fake.Engine
	name string
	// moved is the digest that nginx has now; "" is the fake's own.
	moved string
}

func newPulling(name string) *pulling {
	e := &pulling{Engine: fake.New(hosts.Host{Name: name}), name: name}
	e.Publish("nginx")
	return e
}

func (p *pulling) InspectImage(ctx context.Context, ref string) (hosts.Image, error) {
	image, err := p.Engine.InspectImage(ctx, ref)
	if p.moved != "" {
		image.Digests = []string{"nginx@" + p.moved}
	}
	return image, err
}

func (p *pulling) calls() string {
	var calls []string
	for _, c := range p.Calls() {
		calls = append(calls, c.Method)
	}
	return strings.Join(calls, " ")
}

func TestSeveralHostsPullOneDigest(t *testing.T) {
	h1, h2 := newPulling("h1"), newPulling("h2")
	_, err := pulls(t, "", h1, h2)
	assert.NilError(t, err)
	all := h1.calls() + " " + h2.calls()
	assert.Check(t, cmp.Equal(strings.Count(all, "ResolveImage"), 1), all)
	for _, h := range []*pulling{h1, h2} {
		assert.Check(t, cmp.Contains(h.calls(), "PullImage TagImage"))
		image, err := h.InspectImage(t.Context(), "nginx:latest")
		assert.NilError(t, err)
		assert.Check(t, cmp.DeepEqual(image.Tags, []string{"nginx:latest"}))
	}
}

func TestOneHostPullsByTag(t *testing.T) {
	h1 := newPulling("h1")
	_, err := pulls(t, "", h1)
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(h1.calls(), "PullImage"))
}

// TestRegistryThatDoesNotSay: the second host asks for what the first one got;
// where the registry has that no more, the difference is told.
func TestRegistryThatDoesNotSay(t *testing.T) {
	for _, moved := range []string{"", "sha256:" + strings.Repeat("0", 64)} {
		h1, h2 := newPulling("h1"), newPulling("h2")
		for _, h := range []*pulling{h1, h2} {
			h.Inject(fake.Fault{Method: "ResolveImage", Kind: fake.Broken})
		}
		h2.moved = moved
		events, err := pulls(t, "", h2, h1)
		assert.NilError(t, err)
		warned := false
		for _, e := range events {
			warned = warned || e.Status == execute.Warning
		}
		assert.Check(t, cmp.Equal(warned, moved != ""))
	}
}

// TestDigestThatOthersRun: a host that comes later gets it, and the tag's own
// where the registry has it no more.
func TestDigestThatOthersRun(t *testing.T) {
	h1 := newPulling("h1")
	digest, err := h1.ResolveImage(t.Context(), "nginx")
	assert.NilError(t, err)
	h1.ForgetCalls()
	_, err = pulls(t, digest, h1)
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(h1.calls(), "PullImage TagImage"))

	h2 := newPulling("h2")
	_, err = pulls(t, "sha256:"+strings.Repeat("0", 64), h2)
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(h2.calls(), "PullImage PullImage"))
}
