package compose_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func TestUpTwice(t *testing.T) {
	s, p := newShop("h1", "h2"), loadShop(t, shopFile)
	_, err := compose.Up(t.Context(), &s.Env, p, compose.UpOptions{})
	assert.NilError(t, err)
	told := s.told()
	assert.Equal(t, told["h1 Container shop-db-1"], "Started")
	assert.Equal(t, told["h2 Container shop-web-1"], "Started")
	assert.Equal(t, told["h1 Volume shop_data"], "Created")

	second, err := compose.Up(t.Context(), &s.Env, p, compose.UpOptions{})
	assert.NilError(t, err)
	assert.Assert(t, second.Empty(), second.Text())
	assert.Equal(t, len(s.told()), 4, "each container is told to be running")
}

// What runs already costs one observation of each host, and nothing else.
func TestConvergedUpOnlyObserves(t *testing.T) {
	s, p := newShop("h1", "h2"), loadShop(t, shopFile)
	_, err := compose.Up(t.Context(), &s.Env, p, compose.UpOptions{})
	assert.NilError(t, err)
	s.calls("h1")
	s.calls("h2")
	_, err = compose.Up(t.Context(), &s.Env, p, compose.UpOptions{})
	assert.NilError(t, err)
	assert.DeepEqual(t, s.calls("h1"), []string{"ClaimVolume", "Observe", "RemoveVolume"})
	assert.DeepEqual(t, s.calls("h2"), []string{"Observe"})
}

func TestPlanChangesNothing(t *testing.T) {
	s, p := newShop("h1"), loadShop(t, shopFile)
	planned, err := compose.Plan(t.Context(), &s.Env, p, compose.UpOptions{})
	assert.NilError(t, err)
	assert.Assert(t, !planned.Empty())
	assert.DeepEqual(t, s.calls("h1"), []string{"Observe"})
}

func TestUpWithAHostThatHangsCostsOneTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := newShop("h1", "h2", "h3"), loadShop(t, shopFile)
		s.Timeout = 7 * time.Second
		s.engines["h2"].Inject(fake.Fault{Delay: 24 * time.Hour})
		began := time.Now()
		_, err := compose.Up(t.Context(), &s.Env, p, compose.UpOptions{})
		assert.Error(t, err, "volume shop_data on host h1: it is created empty, and a volume of that name may be on h2, which can't be asked; confirm it with -y")
		assert.Equal(t, time.Since(began), s.Timeout)
		s.warned, began = nil, time.Now()
		planned, err := compose.Up(t.Context(), &s.Env, p, compose.UpOptions{Yes: true})
		assert.NilError(t, err)
		assert.Equal(t, time.Since(began), s.Timeout)
		assert.DeepEqual(t, s.warned, []string{"host h2 doesn't answer: no answer in 7s; going on with the others"})
		assert.Assert(t, !slices.ContainsFunc(planned.Steps, func(step plan.Step) bool { return step.Host == "h2" }))
		assert.DeepEqual(t, s.calls("h2"), []string{"Observe", "Observe"})
	})
}

func TestUpIsFinishedByTheNextOneWhereverItFails(t *testing.T) {
	for _, method := range []string{"CreateNetwork", "CreateVolume", "CreateContainer", "StartContainer", "InspectImage"} {
		for _, after := range []bool{false, true} {
			t.Run(method, func(t *testing.T) {
				s, p := newShop("h1", "h2"), loadShop(t, shopFile)
				s.engines["h1"].Inject(fake.Fault{Method: method, Kind: fake.Broken, Nth: 1, After: after})
				_, err := compose.Up(t.Context(), &s.Env, p, compose.UpOptions{})
				assert.ErrorContains(t, err, "host h1: ")
				_, err = compose.Up(t.Context(), &s.Env, p, compose.UpOptions{})
				assert.NilError(t, err)
				third, err := compose.Plan(t.Context(), &s.Env, p, compose.UpOptions{})
				assert.NilError(t, err)
				assert.Assert(t, third.Empty(), third.Text())
			})
		}
	}
}

func TestUpPullsFirstWhatIsAlwaysPulled(t *testing.T) {
	s, p := newShop("h1"), loadShop(t, "services: {web: {image: remote, pull_policy: always}}")
	s.engines["h1"].Publish("remote")
	_, err := compose.Up(t.Context(), &s.Env, p, compose.UpOptions{})
	assert.NilError(t, err)
	calls := s.calls("h1")
	assert.DeepEqual(t, calls[:4], []string{"ClaimVolume", "Observe", "PullImage", "Observe"})
	assert.Assert(t, is.Contains(calls, "StartContainer"))
}

func TestUpWithoutAnyHost(t *testing.T) {
	s := newShop("h1", "h2")
	for _, e := range s.engines {
		e.Inject(fake.Fault{Kind: fake.Unreachable})
	}
	_, err := compose.Up(t.Context(), &s.Env, loadShop(t, shopFile), compose.UpOptions{})
	assert.Error(t, err, "none of the 2 hosts is reachable: h1: connection refused; h2: connection refused")
}

func TestUpEndsWithItsContext(t *testing.T) {
	s := newShop("h1")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := compose.Up(ctx, &s.Env, loadShop(t, shopFile), compose.UpOptions{})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestObserveKeepsTheOrderOfNames(t *testing.T) {
	s := newShop("h3", "h1", "h2")
	s.Connect = func(h hosts.Host) (compose.Engine, error) {
		if h.Name == "h2" {
			return nil, &hosts.Error{Host: "h2", Op: "connect", Err: hosts.ErrUnreachable, Hint: "start it"}
		}
		return s.engines[h.Name], nil
	}
	snapshot, err := compose.Observe(t.Context(), &s.Env)
	assert.NilError(t, err)
	for i, name := range []string{"h1", "h2", "h3"} {
		assert.Equal(t, snapshot.Observations[i].Host.Name, name)
		assert.Equal(t, snapshot.Observations[i].Host.Status.Ready, name != "h2")
	}
	assert.Equal(t, snapshot.Observations[1].Host.Status.Reason, "host is unreachable (start it)")
}
