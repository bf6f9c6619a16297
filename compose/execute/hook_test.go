package execute_test

import (
	"context"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func hook(command string) plan.Hook {
	return plan.Hook{Service: "web", ExecOptions: hosts.ExecOptions{Command: []string{"sh", "-c", command}}}
}

// hooked is a bench with a container web, and what its hooks write.
func hooked(t *testing.T, command string) (b *bench, lines *[]string) {
	t.Helper()
	b, lines = newBench("h"), new([]string)
	b.HookOutput = func(l execute.HookLine) {
		b.mu.Lock()
		defer b.mu.Unlock()
		*lines = append(*lines, l.Source+": "+l.Text)
	}
	s := spec("web", nil)
	s.Config.Cmd = []string{"sh", "-c", command}
	_, err := b.engines["h"].CreateContainer(context.Background(), s)
	assert.NilError(t, err)
	return b, lines
}

func (b *bench) do(actions ...plan.Action) error {
	p := &plan.Plan{}
	for i, a := range actions {
		s := plan.Step{ID: a.Verb() + a.Object(), Host: "h", Action: a}
		if i > 0 {
			s.After = []string{p.Steps[i-1].ID}
		}
		p.Steps = append(p.Steps, s)
	}
	return b.Run(context.Background(), p)
}

func TestHooksRunAfterTheStartAndBeforeTheStop(t *testing.T) {
	b, lines := hooked(t, "sleep 100")
	assert.NilError(t, b.do(
		plan.StartContainer{Container: "web", Name: "web", PostStart: []plan.Hook{hook("echo one"), hook("echo two >&2")}},
		plan.StopContainer{ID: "web", Name: "web", PreStop: []plan.Hook{hook("echo bye")}}))
	assert.DeepEqual(t, *lines, []string{"web: one", "web: two", "web: bye"})
	calls := b.calls("h")
	assert.Assert(t, strings.LastIndex(calls, "Exec") < strings.Index(calls, "StopContainer"), calls)
}

func TestAHookThatFailsIsTheStepsFailure(t *testing.T) {
	b, _ := hooked(t, "sleep 100")
	err := b.do(plan.StartContainer{Container: "web", Name: "web", PostStart: []plan.Hook{hook("echo why >&2; exit 3"), hook("echo never")}})
	assert.ErrorContains(t, err, "web hook exited with status 3: why")
}

func TestAContainerThatHasEndedNeedsNoHooks(t *testing.T) {
	b, _ := hooked(t, "true")
	assert.NilError(t, b.do(plan.StopContainer{ID: "web", Name: "web", PreStop: []plan.Hook{hook("echo bye")}}))
}

func TestHooksRunAroundARestartWithTheFilesAsTheyAre(t *testing.T) {
	b, lines := hooked(t, "sleep 100")
	b.HookOutput = func(l execute.HookLine) { *lines = append(*lines, l.Text) }
	assert.NilError(t, b.engines["h"].StartContainer(t.Context(), "web"))
	assert.NilError(t, b.do(plan.RestartContainer{
		ID: "web", Name: "web", Files: []hosts.File{{Path: "/greeting", Content: []byte("hello")}},
		PreStop: []plan.Hook{hook("echo bye")}, PostStart: []plan.Hook{hook("cat /greeting")},
	}))
	assert.DeepEqual(t, *lines, []string{"bye", "hello"})
	assert.ErrorContains(t, b.do(plan.RestartContainer{ID: "web", Name: "web", PreStop: []plan.Hook{hook("exit 4")}}), "hook exited with status 4")
	assert.Equal(t, strings.Count(b.calls("h"), "RestartContainer"), 1, "one whose hook fails goes on as it is")
}

func preStart(command string) plan.RunHook {
	s := spec("web-pre_start-0", map[string]string{hosts.LabelHook: "pre_start"})
	s.Config.Cmd = []string{"sh", "-c", command}
	s.HostConfig = &container.HostConfig{VolumesFrom: []string{"other"}}
	return plan.RunHook{Service: "web", Spec: s, Image: "app", From: "web"}
}

func TestAContainerRunsToItsEndBeforeAService(t *testing.T) {
	b, lines := hooked(t, "sleep 100")
	assert.NilError(t, b.do(preStart("echo ready")))
	assert.DeepEqual(t, *lines, []string{"web pre_start[0]: ready"})
	_, err := b.engines["h"].InspectContainer(context.Background(), "web-pre_start-0")
	assert.ErrorIs(t, err, hosts.ErrNotFound)
}

func TestAHooksContainerThatFailsIsKeptUntilTheNextRun(t *testing.T) {
	b, _ := hooked(t, "sleep 100")
	err := b.do(preStart("echo no database; exit 4"), plan.StartContainer{Container: "web", Name: "web"})
	assert.ErrorContains(t, err, `service "web" pre_start[0] exited with code 4: no database (hook container`)
	kept, err := b.engines["h"].InspectContainer(context.Background(), "web-pre_start-0")
	assert.NilError(t, err)
	web, err := b.engines["h"].InspectContainer(context.Background(), "web")
	assert.NilError(t, err)
	assert.Equal(t, web.State, hosts.Created, "the service doesn't start without it")

	assert.NilError(t, b.do(preStart("true")))
	_, err = b.engines["h"].InspectContainer(context.Background(), kept.ID)
	assert.ErrorIs(t, err, hosts.ErrNotFound)
}
