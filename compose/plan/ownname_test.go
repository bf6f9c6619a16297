package plan_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

const named = "services: {web: {image: app, container_name: front}}"

func TestAContainerNameIsForOneInThePool(t *testing.T) {
	w := newWorld(t, "h1", "h2")
	other := load(t, named)
	other.Name = "other"
	w.up(other, plan.Options{})

	_, err := plan.Up(w.request(load(t, named), plan.Options{}))
	assert.Error(t, err, `service web: a container of project other on host h1 has the name "front" already; remove that container, or choose another container_name`)
	_, err = plan.Up(w.request(other, plan.Options{}))
	assert.NilError(t, err)
}

func TestOnOneHostTheEngineJudgesContainerNames(t *testing.T) {
	w := newWorld(t, "h1")
	other := load(t, named)
	other.Name = "other"
	w.up(other, plan.Options{})

	_, err := plan.Up(w.request(load(t, named), plan.Options{}))
	assert.NilError(t, err)
}
