package plan_test

import (
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/project"
)

// The files' loader finds circles first; one that gets past it is no hang.
func TestCircleOfServicesIsAnError(t *testing.T) {
	service := func(name, dep string) types.ServiceConfig {
		var s types.ServiceConfig
		s.Name, s.DependsOn = name, types.DependsOnConfig{dep: {Required: true}}
		return s
	}
	p := &project.Project{Project: &types.Project{Name: "shop", Services: types.Services{
		"a": service("a", "b"), "b": service("b", "c"), "c": service("c", "b"),
	}}}
	_, err := plan.Up(plan.Request{Project: p, State: newWorld(t, "h1").observe()})
	assert.Error(t, err, "dependency cycle detected: b -> c -> b")
}

func TestPlanLeavesTheRequestAlone(t *testing.T) {
	w, p := newWorld(t, "h1"), load(t, "services: {a: {image: app}, b: {image: app}}")
	o := plan.Options{Services: []string{"b", "a"}}
	w.up(p, o)
	assert.DeepEqual(t, o.Services, []string{"b", "a"})
}
