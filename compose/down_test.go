package compose_test

import (
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func TestDownLeavesNothing(t *testing.T) {
	s := newShop("h1", "h2")
	_, err := compose.Up(t.Context(), &s.Env, loadShop(t, shopFile), compose.UpOptions{})
	assert.NilError(t, err)
	assert.NilError(t, compose.Down(t.Context(), &s.Env, compose.DownOptions{Project: "shop", Volumes: true}))
	snapshot, err := compose.Observe(t.Context(), &s.Env)
	assert.NilError(t, err)
	assert.Equal(t, len(snapshot.Projects()), 0)
}

func TestDownKeepsData(t *testing.T) {
	s := newShop("h1")
	_, err := compose.Up(t.Context(), &s.Env, loadShop(t, shopFile), compose.UpOptions{})
	assert.NilError(t, err)
	assert.NilError(t, compose.Down(t.Context(), &s.Env, compose.DownOptions{Project: "shop"}))
	snapshot, err := compose.Observe(t.Context(), &s.Env)
	assert.NilError(t, err)
	assert.Equal(t, len(snapshot.Observations[0].Volumes), 1)
	assert.Equal(t, len(snapshot.Project("shop")), 0)
}

func TestDownWithAnAbsentHost(t *testing.T) {
	s := newShop("h1", "h2")
	_, err := compose.Up(t.Context(), &s.Env, loadShop(t, shopFile), compose.UpOptions{})
	assert.NilError(t, err)
	s.engines["h2"].Inject(fake.Fault{Kind: fake.Unreachable})
	err = compose.Down(t.Context(), &s.Env, compose.DownOptions{Project: "shop"})
	assert.Error(t, err, "shop isn't down on h2: run down again when it answers")
	s.engines["h2"].Heal()
	snapshot, err := compose.Observe(t.Context(), &s.Env)
	assert.NilError(t, err)
	for _, c := range snapshot.Project("shop") {
		assert.Equal(t, c.Host, "h2")
	}
	assert.NilError(t, compose.Down(t.Context(), &s.Env, compose.DownOptions{Project: "shop"}))
}

func TestDownOfNothing(t *testing.T) {
	s := newShop("h1")
	assert.NilError(t, compose.Down(t.Context(), &s.Env, compose.DownOptions{Project: "shop"}))
	assert.DeepEqual(t, s.warned, []string{`No resource found to remove for project "shop".`})
}

// An orphan stays where the files are known, and goes where only labels are.
func TestDownOfOrphans(t *testing.T) {
	s := newShop("h1")
	_, err := compose.Up(t.Context(), &s.Env, loadShop(t, shopFile), compose.UpOptions{})
	assert.NilError(t, err)
	model := loadShop(t, "services: {web: {image: app}}")
	planned, err := compose.PlanDown(t.Context(), &s.Env, compose.DownOptions{Project: "shop", Model: model})
	assert.NilError(t, err)
	assert.Equal(t, len(planned.Warnings), 0, "Docker Compose doesn't warn")
	assert.Assert(t, !touches(planned, "shop-db-1"))
	planned, err = compose.PlanDown(t.Context(), &s.Env, compose.DownOptions{Project: "shop"})
	assert.NilError(t, err)
	assert.Assert(t, touches(planned, "shop-db-1"))
}

// touches tells whether a plan has a step of a container.
func touches(p *plan.Plan, container string) bool {
	return slices.ContainsFunc(p.Steps, func(s plan.Step) bool { return strings.Contains(s.ID, container) })
}
