package execute_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/moby/moby/api/types/container"
	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bench has engines by host, and an executor that works on them.
type bench struct {
	execute.Executor
	engines map[string]*fake.Engine
	mu      sync.Mutex
	events  []execute.Event
}

func newBench(names ...string) *bench {
	b := &bench{engines: map[string]*fake.Engine{}}
	for _, name := range names {
		e := fake.New(hosts.Host{Name: name})
		e.Load("app")
		b.engines[name] = e
	}
	b.Several = len(names) > 1
	b.Engine = func(host string) (execute.Engine, error) { return b.engines[host], nil }
	b.Events = func(e execute.Event) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.events = append(b.events, e)
	}
	return b
}

// told is what was told, one line an event.
func (b *bench) told() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var lines []string
	for _, e := range b.events {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %s %s: %s %s", e.Host, e.ID, e.Status, e.Text, e.Details)))
	}
	return strings.Join(lines, "\n")
}

func (b *bench) calls(host string) string {
	var all []string
	for _, c := range b.engines[host].Calls() {
		all = append(all, c.String())
	}
	return strings.Join(all, "\n")
}

func volume(host, name string, after ...string) plan.Step {
	return plan.Step{ID: host + "/" + name, Host: host, Action: plan.CreateVolume{Spec: hosts.VolumeSpec{Name: name}}, After: after}
}

func spec(name string, labels map[string]string) hosts.ContainerSpec {
	return hosts.ContainerSpec{Name: name, Config: &container.Config{Image: "app", Labels: labels}, HostConfig: &container.HostConfig{}}
}

func create(host, name string, after ...string) plan.Step {
	a := plan.CreateContainer{Name: name, Spec: spec(name, nil), Image: "app"}
	a.Spec.Config.Labels = map[string]string{}
	return plan.Step{ID: host + "/create " + name, Host: host, Action: a, After: after}
}

func start(host, name string, after ...string) plan.Step {
	return plan.Step{ID: host + "/start " + name, Host: host, Action: plan.StartContainer{Container: name, Name: name}, After: after}
}

func await(host, name, condition string, required bool, after ...string) plan.Step {
	return plan.Step{ID: host + "/await " + name, Host: host, After: after, Action: plan.AwaitContainer{
		Container: name, Name: name, Service: name, Condition: condition, Required: required,
	}}
}

func steps(s ...plan.Step) *plan.Plan { return &plan.Plan{Steps: s} }

func TestStepsOfAllHostsRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("h1", "h2", "h3")
		p := steps()
		for host, e := range b.engines {
			e.Inject(fake.Fault{Method: "CreateVolume", Delay: time.Minute})
			p.Steps = append(p.Steps, volume(host, "a"), volume(host, "b"))
		}
		began := time.Now()
		assert.NilError(t, b.Run(t.Context(), p))
		assert.Equal(t, time.Since(began), time.Minute)
	})
}

func TestParallelBoundsTheStepsAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("h1")
		b.Parallel = 2
		b.engines["h1"].Inject(fake.Fault{Method: "CreateVolume", Delay: time.Second})
		p := steps()
		for i := range 6 {
			p.Steps = append(p.Steps, volume("h1", fmt.Sprint(i)))
		}
		began := time.Now()
		assert.NilError(t, b.Run(t.Context(), p))
		assert.Equal(t, time.Since(began), 3*time.Second)
	})
}

// Whatever waits for whatever, nothing runs before what it waits for.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := newBench("h1")
		b.Parallel = rapid.IntRange(0, 3).Draw(t, "parallel")
		p := steps()
		for i := range rapid.IntRange(1, 12).Draw(t, "steps") {
			s := volume("h1", fmt.Sprintf("v%02d", i))
			for j := range i {
				if rapid.IntRange(0, 3).Draw(t, "edge") == 0 {
					s.After = append(s.After, p.Steps[j].ID)
				}
			}
			p.Steps = append(p.Steps, s)
		}
		assert.NilError(t, b.Run(context.Background(), p))
		at := map[string]int{}
		for i, c := range b.engines["h1"].Calls() {
			at["h1/"+c.Object] = i + 1
		}
		for _, s := range p.Steps {
			for _, id := range s.After {
				assert.Assert(t, at[id] > 0 && at[id] < at[s.ID], "%s ran before %s", s.ID, id)
			}
		}
	})
}

func TestFailureKeepsDependentsFromRunningAndNoOthers(t *testing.T) {
	b := newBench("h1", "h2")
	b.engines["h1"].Inject(fake.Fault{Method: "CreateVolume", Object: "bad", Kind: fake.Broken})
	err := b.Run(t.Context(), steps(
		volume("h1", "bad"), volume("h1", "next", "h1/bad"), volume("h2", "last", "h1/next"),
		volume("h1", "other"), volume("h2", "another", "h1/other"),
	))
	assert.Error(t, err, "host h1: create volume bad: internal error")
	assert.Equal(t, b.calls("h2"), "CreateVolume another")
	assert.Assert(t, !strings.Contains(b.calls("h1"), "next"))
	assert.Assert(t, is.Contains(b.told(), "h1 Volume bad Error: Error host h1: create volume bad: internal error"))
}

func TestAllFailuresAreTold(t *testing.T) {
	b := newBench("h1")
	b.engines["h1"].Inject(fake.Fault{Method: "CreateVolume", Kind: fake.Broken})
	err := b.Run(t.Context(), steps(volume("h1", "a"), volume("h1", "b")))
	assert.Error(t, err, "create volume a: internal error\ncreate volume b: internal error")
}

func TestLostHostFailsFastAndIsSaidOnce(t *testing.T) {
	b := newBench("h1", "h2")
	b.Parallel = 1
	b.engines["h1"].Inject(fake.Fault{Kind: fake.Unreachable})
	p := steps()
	for i := range 50 {
		p.Steps = append(p.Steps, volume("h1", fmt.Sprintf("v%d", i)), volume("h2", fmt.Sprintf("v%d", i)))
	}
	err := b.Run(t.Context(), p)
	assert.ErrorIs(t, err, hosts.ErrUnreachable)
	assert.Equal(t, strings.Count(err.Error(), "connection refused"), 1, err.Error())
	assert.Equal(t, len(b.engines["h1"].Calls()), 1)
	assert.Equal(t, len(b.engines["h2"].Calls()), 50)
}

func TestHangingHostCostsOneTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench("h1", "h2")
		b.Parallel = 4
		b.engines["h1"].Inject(fake.Fault{Delay: 24 * time.Hour})
		p := steps()
		for i := range 40 {
			p.Steps = append(p.Steps, volume("h1", fmt.Sprintf("v%d", i)), volume("h2", fmt.Sprintf("v%d", i)))
		}
		began := time.Now()
		assert.ErrorContains(t, b.Run(t.Context(), p), "no answer in time")
		assert.Assert(t, time.Since(began) <= 4*time.Minute, "%s", time.Since(began))
	})
}

func TestCancellationReturnsPromptlyWhereverItComes(t *testing.T) {
	for _, fault := range []fake.Fault{
		{Method: "CreateVolume", Delay: time.Hour},
		{Method: "CreateContainer", Delay: time.Hour},
		{Method: "StartContainer", Delay: time.Hour},
		{Method: "InspectContainer", Delay: time.Hour},
		{},
	} {
		t.Run(fault.Method, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench("h1")
				b.Parallel = 1
				b.engines["h1"].Inject(fault)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				began := time.Now()
				err := b.Run(ctx, steps(
					volume("h1", "a"), create("h1", "job", "h1/a"), start("h1", "job", "h1/create job"),
					await("h1", "job", "service_completed_successfully", true, "h1/start job"), volume("h1", "b", "h1/await job"),
				))
				assert.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, time.Since(began), time.Minute)
				assert.Assert(t, !slices.Contains(b.engines["h1"].Calls(), fake.Call{Method: "CreateVolume", Object: "b"}))
			})
		})
	}
}

func TestCancellationAfterTheEndIsNone(t *testing.T) {
	b := newBench("h1")
	ctx, cancel := context.WithCancel(t.Context())
	b.Events = func(e execute.Event) {
		if e.Status == execute.Done {
			cancel()
		}
	}
	assert.NilError(t, b.Run(ctx, steps(volume("h1", "a"))))
}

func TestPlanOutOfOrderIsRefused(t *testing.T) {
	b := newBench("h1")
	err := b.Run(t.Context(), steps(volume("h1", "a", "h1/b"), volume("h1", "b", "h1/a")))
	assert.ErrorContains(t, err, `"h1/a" stands before "h1/b"`)
	assert.Equal(t, b.calls("h1"), "")
}

func TestEventsInOrder(t *testing.T) {
	b := newBench("h1")
	assert.NilError(t, b.Run(t.Context(), steps(create("h1", "web"), start("h1", "web", "h1/create web"))))
	assert.Equal(t, b.told(), `Container web Working: Creating
Container web Done: Created
Container web Working: Starting
Container web Done: Started`)
}

func TestEngineThatCannotBeReachedIsTheStepsError(t *testing.T) {
	b := newBench("h1", "h2")
	b.Engine = func(string) (execute.Engine, error) { return nil, errors.New("no such context") }
	assert.Error(t, b.Run(t.Context(), steps(volume("h1", "a"))), "host h1: create volume a: no such context")
}
