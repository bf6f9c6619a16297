package plan_test

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

const hookedFile = `
services:
  web:
    image: app
    pre_start: [{command: [migrate]}, {command: [warm], image: remote}]
    post_start: [{command: [hello]}]
    pre_stop: [{command: [bye]}]
    configs: [greeting]
configs: {greeting: {content: "hi"}}
`

func hookedLife(t *testing.T, is hosts.ContainerState) plan.LifeRequest {
	r := lifeOf(replicaOf("web", is, ""))
	r.Model = load(t, hookedFile)
	return r
}

func TestStartPreparesAsUpDoes(t *testing.T) {
	p, err := plan.Start(hookedLife(t, hosts.Exited))
	assert.Check(t, cmp.Equal(steps(t, p, err),
		"run web-pre_start-0\nrun web-pre_start < run web-pre_start-0\nstart web < run web-pre_start"))
	first, second, start := p.Steps[0].Action.(plan.RunHook), p.Steps[1].Action.(plan.RunHook), p.Steps[2].Action.(plan.StartContainer)
	assert.Equal(t, first.From, "id-web")
	assert.Equal(t, first.Image, "app")
	assert.Equal(t, second.Image, "remote")
	assert.DeepEqual(t, start.PostStart[0].Command, []string{"hello"})
	assert.DeepEqual(t, start.Files, []hosts.File{{Path: "/greeting", Content: []byte("hi"), Mode: 0o444}})
}

func TestStartPreparesNothingWhereAReplicaRuns(t *testing.T) {
	r := hookedLife(t, hosts.Exited)
	second := replicaOf("web", hosts.Running, "")
	second.ID, second.Name = "id-2", "shop-web-2"
	o := &r.State.Observations[0]
	o.Containers = append(o.Containers, second)
	p, err := plan.Start(r)
	assert.Check(t, cmp.Equal(steps(t, p, err), "start web"))
}

func TestStartRefusesAFileThatItCannotPutIn(t *testing.T) {
	r := hookedLife(t, hosts.Exited)
	r.Model = load(t, "services: {web: {image: app, configs: [c]}}\nconfigs: {c: {environment: NOT_THERE}}")
	_, err := plan.Start(r)
	assert.ErrorContains(t, err, "NOT_THERE")
	_, err = plan.Restart(r) // what was put in when it was created is still there
	assert.NilError(t, err)
}

func TestRestartRunsTheHooksAroundIt(t *testing.T) {
	p, err := plan.Restart(hookedLife(t, hosts.Running))
	assert.Check(t, cmp.Equal(steps(t, p, err), "restart web"))
	a := p.Steps[0].Action.(plan.RestartContainer)
	assert.DeepEqual(t, a.PreStop[0].Command, []string{"bye"})
	assert.DeepEqual(t, a.PostStart[0].Command, []string{"hello"})
	assert.Equal(t, string(a.Files[0].Content), "hi")

	p, err = plan.Restart(hookedLife(t, hosts.Exited)) // what doesn't run can't run a hook
	assert.NilError(t, err)
	assert.Equal(t, len(p.Steps[0].Action.(plan.RestartContainer).PreStop), 0)
}

// A file that is a mount on this machine is copied on another one.
func TestStartOnAnotherMachineCopiesFiles(t *testing.T) {
	key := filepath.Join(t.TempDir(), "key")
	assert.NilError(t, os.WriteFile(key, []byte("first"), 0o600))
	w := newWorld(t, "h1", "h2")
	model := load(t, "services: {web: {image: app, secrets: [key]}}\nsecrets: {key: {file: "+key+"}}")
	w.up(model, plan.Options{NoStart: true})
	assert.NilError(t, os.WriteFile(key, []byte("second"), 0o600))
	p, err := plan.Start(plan.LifeRequest{Project: "shop", State: w.observe(), Model: model})
	assert.NilError(t, err)
	assert.Equal(t, string(p.Steps[0].Action.(plan.StartContainer).Files[0].Content), "second")
}
