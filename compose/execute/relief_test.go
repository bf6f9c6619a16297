package execute_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// pullAll has all hosts of a bench pull an image at once.
func (b *bench) pullAll(t *testing.T, a plan.PullImage, names ...string) error {
	t.Helper()
	p := &plan.Plan{Project: "shop"}
	for _, name := range names {
		p.Steps = append(p.Steps, plan.Step{ID: name + "/pull", Host: name, Action: a})
	}
	return b.Run(t.Context(), p)
}

// limited has the registry give a host nothing.
func (b *bench) limited(name string) {
	b.engines[name].Inject(fake.Fault{Method: "PullImage", Kind: fake.Limited})
}

// TestALimitIsMadeUpForByAHostThatGotTheImage: who asks too late waits for those
// who are still at it.
func TestALimitIsMadeUpForByAHostThatGotTheImage(t *testing.T) {
	for _, resolves := range []bool{true, false} {
		b := newBench("h1", "h2", "h3")
		for _, e := range b.engines {
			e.Publish("nginx")
			if !resolves {
				e.Inject(fake.Fault{Method: "ResolveImage", Kind: fake.Limited})
			}
		}
		b.engines["h1"].Inject(fake.Fault{Method: "PullImage", Delay: 50 * time.Millisecond})
		b.limited("h2")
		b.limited("h3")
		assert.NilError(t, b.pullAll(t, plan.PullImage{Ref: "nginx", Always: true}, "h1", "h2", "h3"))
		wanted, err := b.engines["h1"].InspectImage(t.Context(), "nginx")
		assert.NilError(t, err)
		for _, name := range []string{"h2", "h3"} {
			got, err := b.engines[name].InspectImage(t.Context(), "nginx")
			assert.NilError(t, err)
			assert.Equal(t, got.ID, wanted.ID)
			assert.Check(t, cmp.Contains(b.told(), name+" Image nginx Warning: Pulled copied from host h"))
		}
		assert.Check(t, cmp.Contains(b.told(), "because the registry gives nothing: toomanyrequests"))
	}
}

// TestALimitIsMadeUpForByAHostThatHadTheImage, unless a newer one is asked for, or it is another one.
func TestALimitIsMadeUpForByAHostThatHadTheImage(t *testing.T) {
	const other = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
	b := newBench("h1", "h2")
	image, err := b.engines["h1"].InspectImage(t.Context(), "app")
	assert.NilError(t, err)
	_, digest, _ := strings.Cut(image.Digests[0], "@")
	for name, c := range map[string]struct {
		plan.PullImage
		relieved bool
	}{
		"missing":                      {plan.PullImage{Ref: "app", Holders: []string{"h1"}}, true},
		"what others run":              {plan.PullImage{Ref: "app", Holders: []string{"h1"}, Digest: digest}, true},
		"another digest":               {plan.PullImage{Ref: "app", Holders: []string{"h1"}, Digest: other}, false},
		"always":                       {plan.PullImage{Ref: "app", Holders: []string{"h1"}, Always: true}, false},
		"nobody has it":                {plan.PullImage{Ref: "app"}, false},
		"by digest":                    {plan.PullImage{Ref: "app@" + digest, Holders: []string{"h1"}}, false},
		"a holder that has it no more": {plan.PullImage{Ref: "gone", Holders: []string{"h1"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench("h1")
			b.Several = true
			b.engines["h2"] = fake.New(hosts.Host{Name: "h2"})
			b.limited("h2")
			err := b.pullAll(t, c.PullImage, "h2")
			_, missing := b.engines["h2"].InspectImage(t.Context(), c.Ref)
			if c.relieved {
				assert.NilError(t, err)
				assert.NilError(t, missing)
				return
			}
			assert.Check(t, errors.Is(err, hosts.ErrRegistry) && cmp.ErrorContains(err, "toomanyrequests")().Success(), "%v", err)
			assert.Check(t, errors.Is(missing, hosts.ErrNotFound))
		})
	}
}

// TestNobodyWaitsForAnImageThatNobodyGets, even where one step is at work at a time.
func TestNobodyWaitsForAnImageThatNobodyGets(t *testing.T) {
	b := newBench("h1", "h2")
	b.Parallel = 1
	b.limited("h1")
	b.limited("h2")
	err := b.pullAll(t, plan.PullImage{Ref: "nginx"}, "h1", "h2")
	assert.ErrorIs(t, err, hosts.ErrRegistry)
	assert.Check(t, !strings.Contains(b.told(), string(execute.Warning)))
}
