package compose_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// stopped are the events "Container X Stopped" in their order, without those of
// the beginning of a stop.
func (y *yard) stopped() []string {
	var names []string
	for _, e := range y.events {
		if e.Text == "Stopped" {
			names = append(names, strings.TrimPrefix(e.ID, "Container "))
		}
	}
	return names
}

func (y *yard) running(t *testing.T) []string {
	t.Helper()
	snapshot, err := compose.Observe(t.Context(), y.env)
	assert.NilError(t, err)
	var names []string
	for _, o := range snapshot.Observations {
		for _, c := range o.Containers {
			if c.State == hosts.Running {
				names = append(names, c.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func TestHaltStopsDependentsFirst(t *testing.T) {
	y := newYard("h1", "h2")
	y.run(t, replica{host: "h1", service: "db", number: 1, script: "serve"})
	y.run(t, replica{host: "h2", service: "app", number: 1, script: "serve", dependsOn: "db:service_healthy:false"})
	y.run(t, replica{host: "h1", service: "web", number: 1, script: "serve", dependsOn: "app:service_started:true,db:service_started:false"})
	y.run(t, replica{host: "h1", service: "web", number: 1, script: "serve", project: "other"})
	assert.NilError(t, compose.Halt(t.Context(), y.env, compose.HaltOptions{Project: "shop"}))
	assert.DeepEqual(t, y.stopped(), []string{"shop-web-1", "shop-app-1", "shop-db-1"})
	assert.DeepEqual(t, y.running(t), []string{"other-web-1"})
}

func TestHaltOfACircleEnds(t *testing.T) {
	y := newYard("h1")
	y.run(t, replica{host: "h1", service: "a", number: 1, script: "serve", dependsOn: "b:service_started:false"})
	y.run(t, replica{host: "h1", service: "b", number: 1, script: "serve", dependsOn: "a:service_started:false"})
	assert.NilError(t, compose.Halt(t.Context(), y.env, compose.HaltOptions{Project: "shop"}))
	assert.Equal(t, len(y.running(t)), 0)
}

func TestHaltOfSomeServices(t *testing.T) {
	y := newYard("h1")
	y.run(t, replica{host: "h1", service: "a", number: 1, script: "serve"})
	y.run(t, replica{host: "h1", service: "b", number: 1, script: "serve"})
	assert.NilError(t, compose.Halt(t.Context(), y.env, compose.HaltOptions{Project: "shop", Services: []string{"b"}}))
	assert.DeepEqual(t, y.running(t), []string{"shop-a-1"})
}

func TestHaltGoesOnAfterAFailure(t *testing.T) {
	y := newYard("h1")
	y.run(t, replica{host: "h1", service: "a", number: 1, script: "serve"})
	y.run(t, replica{host: "h1", service: "b", number: 1, script: "serve", dependsOn: "a:service_started:false"})
	y.engines["h1"].Inject(fake.Fault{Method: "StopContainer", Nth: 1, Kind: fake.Broken, Text: "no"})
	err := compose.Halt(t.Context(), y.env, compose.HaltOptions{Project: "shop"})
	assert.ErrorContains(t, err, "no")
	assert.DeepEqual(t, y.running(t), []string{"shop-b-1"})
}

// TestKillWaitsForNobody: what one container takes its time for, the others don't wait for.
func TestKillWaitsForNobody(t *testing.T) {
	y := newYard("h1")
	y.run(t, replica{host: "h1", service: "a", number: 1, script: "serve"})
	y.run(t, replica{host: "h1", service: "b", number: 1, script: "serve", dependsOn: "a:service_started:false"})
	y.engines["h1"].Inject(fake.Fault{Method: "StopContainer", Nth: 1, Delay: 200 * time.Millisecond})
	y.engines["h1"].Inject(fake.Fault{Method: "StopContainer", Nth: 2, Delay: 200 * time.Millisecond})
	start := time.Now()
	assert.NilError(t, compose.Halt(t.Context(), y.env, compose.HaltOptions{Project: "shop", Kill: true}))
	assert.Assert(t, time.Since(start) < 390*time.Millisecond, "one after the other")
	assert.Equal(t, len(y.running(t)), 0)
}
