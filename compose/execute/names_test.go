package execute_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// registry is a fabric's: it notes what is withheld, and when.
type registry struct {
	mu    sync.Mutex
	began time.Time
	log   []string
	err   error
}

func (g *registry) withhold(_ context.Context, host, container string, atMost time.Duration) (time.Duration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.log = append(g.log, fmt.Sprintf("%s %s %s for %s", time.Since(g.began).Truncate(time.Second), host, container, atMost))
	return 3 * time.Second, g.err
}

// handOver moves a container that is healthy after 25 seconds.
func handOver(t *testing.T, g *registry, change ...func(*bench)) (b *bench, err error) {
	t.Helper()
	b = newBench("h1", "h2")
	assert.NilError(t, b.Run(t.Context(), steps(create("h1", "web"), start("h1", "web", "h1/create web"))))
	b.Withhold, g.began, b.events = g.withhold, time.Now(), nil
	for _, c := range change {
		c(b)
	}
	successor := awaited("", true, map[string]string{fake.LabelHealthyAfter: "100"}) // times that it is looked at
	successor.ID, successor.Host = "h2/create", "h2"
	return b, b.Run(t.Context(), steps(
		successor,
		plan.Step{ID: "h2/start", Host: "h2", After: []string{"h2/create"}, Action: plan.StartContainer{Container: "dep", Name: "web", Withheld: true}},
		plan.Step{ID: "h2/await", Host: "h2", After: []string{"h2/start"}, Action: plan.AwaitContainer{
			Container: "dep", Name: "web", Condition: plan.ConditionHandover, Required: true, Announce: true,
		}},
		plan.Step{ID: "h1/stop", Host: "h1", After: []string{"h2/await"}, Action: plan.StopContainer{ID: "web", Name: "web", Withdraw: "web"}},
	))
}

func TestNamesAreHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g registry
		b, err := handOver(t, &g)
		assert.NilError(t, err)
		assert.DeepEqual(t, g.log, []string{
			"0s h2 web for 30s",  // before it starts
			"0s h2 web for 30s",  // for as long as it is waited for
			"10s h2 web for 30s", // which has to be renewed
			"20s h2 web for 30s",
			"24s h2 web for 0s", // it is healthy
			"24s h1 web for 30s",
		})
		assert.Equal(t, time.Since(g.began).Truncate(time.Second), 27*time.Second, "stopped when nobody remembers")
		old, err := b.engines["h1"].InspectContainer(t.Context(), "web")
		assert.NilError(t, err)
		assert.Equal(t, old.State, hosts.Exited)
	})
}

func TestContainerThatIsNotHealthyIsNotAnnounced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var g registry
		_, err := handOver(t, &g, func(b *bench) { b.WaitTimeout = 5 * time.Second })
		assert.ErrorContains(t, err, "not healthy after 5s")
		assert.DeepEqual(t, g.log, []string{"0s h2 web for 30s", "0s h2 web for 30s"})
	})
}

func TestFabricThatDoesNotAnswerHoldsNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := registry{err: errors.New("the network driver doesn't answer")}
		b, err := handOver(t, &g)
		assert.NilError(t, err)
		assert.Equal(t, time.Since(g.began).Truncate(time.Second), 24*time.Second)
		assert.Assert(t, is.Contains(b.told(), "h1 Container web Warning: Found by name too early or too late the network driver doesn't answer"))
		assert.Equal(t, strings.Count(b.told(), "Warning"), 4)
	})
}

func TestInterruptedWithdrawalStopsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("h1")
		assert.NilError(t, b.Run(t.Context(), steps(create("h1", "web"), start("h1", "web", "h1/create web"))))
		g := registry{began: time.Now()}
		b.Withhold = g.withhold
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		err := b.Run(ctx, steps(plan.Step{ID: "stop", Host: "h1", Action: plan.StopContainer{ID: "web", Name: "web", Withdraw: "web"}}))
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		c, err := b.engines["h1"].InspectContainer(t.Context(), "web")
		assert.NilError(t, err)
		assert.Equal(t, c.State, hosts.Running)
	})
}
