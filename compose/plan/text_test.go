package plan_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts/invented"
)

// The text of a plan for ten thousand replicas on three hundred hosts can be read.
func TestTextOfALargePlanIsShort(t *testing.T) {
	pool, err := invented.Parse("290x64cpu-256g; 10x1cpu-1g,name=small")
	assert.NilError(t, err)
	p := load(t, "services:\n  web: {image: app, scale: 10000, mem_reservation: 1g}\n  db: {image: app}\n")
	planned, err := plan.Up(plan.Request{Project: p, State: state.Snapshot{}.With(pool), Several: true, Range: p.Clocker.Network.CIDR})
	assert.NilError(t, err)
	assert.Equal(t, planned.Text(), strings.Join([]string{
		"Placement",
		"  db: 1 replicas on 1 hosts",
		"  web: 10000 replicas on 300 hosts",
		"    not 10 hosts lack memory (need 1 GiB)",
		"shop: 300 to join, 300 to pull, 10301 to create, 10001 to start",
		"",
	}, "\n"))
}
