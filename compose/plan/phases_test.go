package plan_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

// TestPhases: what comes after a start stays behind it, wherever it stands.
func TestPhases(t *testing.T) {
	p := &plan.Plan{Project: "shop", Steps: []plan.Step{
		{ID: "create db", Action: plan.CreateContainer{}},
		{ID: "start db", Action: plan.StartContainer{}, After: []string{"create db"}},
		{ID: "create web", Action: plan.CreateContainer{}},
		{ID: "await db", Action: plan.AwaitContainer{}, After: []string{"start db"}},
		{ID: "remove old", Action: plan.RemoveContainer{}, After: []string{"await db"}},
		{ID: "rename new", Action: plan.RenameContainer{}, After: []string{"remove old"}},
	}}
	prepare, start := p.Phases()
	assert.DeepEqual(t, ids(prepare), []string{"create db", "create web"})
	assert.DeepEqual(t, ids(start), []string{"start db", "await db", "remove old", "rename new"})
	assert.Equal(t, start.Project, "shop")
}

func ids(p *plan.Plan) []string {
	var all []string
	for _, s := range p.Steps {
		all = append(all, s.ID)
	}
	return all
}
