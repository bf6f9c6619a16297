package execute_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// awaited runs a command in a container and waits for a condition of it.
func awaited(command string, health bool, labels map[string]string) plan.Step {
	s := create("h1", "dep")
	a := s.Action.(plan.CreateContainer)
	a.Spec = spec("dep", labels)
	if a.Spec.Config.Labels == nil {
		a.Spec.Config.Labels = map[string]string{}
	}
	if command != "" {
		a.Spec.Config.Cmd = []string{"sh", "-c", command}
	}
	if health {
		a.Spec.Config.Healthcheck = &container.HealthConfig{Test: []string{"CMD", "true"}}
	}
	s.Action = a
	return s
}

func TestConditions(t *testing.T) {
	for name, c := range map[string]struct {
		condition, command string
		health             bool
		labels             map[string]string
		word, err          string
	}{
		"healthy":                     {condition: "service_healthy", health: true, labels: map[string]string{fake.LabelHealthyAfter: "4"}, word: "Healthy"},
		"unhealthy":                   {condition: "service_healthy", health: true, labels: map[string]string{fake.LabelUnhealthyAfter: "2"}, err: "dependency failed to start: container dep is unhealthy"},
		"healthy without a check":     {condition: "service_healthy", err: "container dep has no healthcheck configured"},
		"exits before it is healthy":  {condition: "service_healthy", health: true, labels: map[string]string{fake.LabelHealthyAfter: "100"}, command: "sleep 3; exit 7", err: "dependency failed to start: container dep exited (7)"},
		"completed":                   {condition: "service_completed_successfully", command: "sleep 30", word: "Exited"},
		"completed badly":             {condition: "service_completed_successfully", command: "sleep 30; exit 2", err: `service "dep" didn't complete successfully: exit 2`},
		"started":                     {condition: "service_started", health: true, labels: map[string]string{fake.LabelHealthyAfter: "100"}, word: "Started"},
		"wait for one with a check":   {condition: "running_or_healthy", health: true, labels: map[string]string{fake.LabelHealthyAfter: "4"}, word: "Healthy"},
		"wait for one without":        {condition: "running_or_healthy", word: "Healthy"},
		"wait for one that is ending": {condition: "running_or_healthy", command: "exit 1", err: "dependency failed to start: container dep exited (1)"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench("h1")
				err := b.Run(t.Context(), steps(awaited(c.command, c.health, c.labels), start("h1", "dep", "h1/create dep"),
					await("h1", "dep", c.condition, true, "h1/start dep"), volume("h1", "next", "h1/await dep")))
				if c.err != "" {
					assert.Error(t, err, c.err)
					assert.Assert(t, is.Contains(b.told(), "Container dep Error: Error "+c.err))
					return
				}
				assert.NilError(t, err)
				assert.Assert(t, is.Contains(b.told(), "Container dep Working: Waiting\nContainer dep Done: "+c.word))
			})
		})
	}
}

// TestAwaitNamesTheHost: where there are several, what isn't met is so on one of them.
func TestAwaitNamesTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("h1", "h2")
		b.Several = true
		err := b.Run(t.Context(), steps(awaited("exit 3", false, nil), start("h1", "dep", "h1/create dep"),
			await("h1", "dep", "service_completed_successfully", true, "h1/start dep")))
		assert.Error(t, err, `host h1: service "dep" didn't complete successfully: exit 3`)
	})
}

func TestWaitTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("h1")
		b.WaitTimeout = 90 * time.Second
		began := time.Now()
		err := b.Run(t.Context(), steps(awaited("", true, map[string]string{fake.LabelHealthyAfter: "100000"}),
			start("h1", "dep", "h1/create dep"), await("h1", "dep", "service_healthy", true, "h1/start dep")))
		assert.ErrorContains(t, err, "application not healthy after 1m30s")
		assert.Equal(t, time.Since(began), 90*time.Second)
	})
}

// What isn't required may fail at any point; what depends on it goes on.
func TestOptionalDependency(t *testing.T) {
	for name, fault := range map[string]fake.Fault{
		"isn't created": {Method: "CreateContainer", Kind: fake.Broken},
		"isn't started": {Method: "StartContainer", Kind: fake.Broken},
		"is unhealthy":  {},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench("h1")
				b.engines["h1"].Inject(fault)
				err := b.Run(t.Context(), steps(awaited("", true, map[string]string{fake.LabelUnhealthyAfter: "2"}),
					start("h1", "dep", "h1/create dep"), await("h1", "dep", "service_healthy", false, "h1/start dep"), volume("h1", "next", "h1/await dep")))
				assert.Equal(t, err != nil, fault.Kind != "", "%v", err)
				assert.Assert(t, is.Contains(b.told(), "Container dep Warning: Optional dependency"))
				assert.Assert(t, is.Contains(b.calls("h1"), "CreateVolume next"))
			})
		})
	}
}

func TestWaitingTakesNoPlaceOfWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("h1")
		b.Parallel = 1
		began := time.Now()
		assert.NilError(t, b.Run(t.Context(), steps(awaited("sleep 60", false, nil), start("h1", "dep", "h1/create dep"),
			await("h1", "dep", "service_completed_successfully", true, "h1/start dep"),
			create("h1", "web", "h1/start dep"), start("h1", "web", "h1/create web"), await("h1", "web", "running_or_healthy", true, "h1/start web"))))
		assert.Assert(t, time.Since(began) < 61*time.Second)
	})
}
