package project_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestKeysOfPlacementAreStrategies(t *testing.T) {
	p := loaded(t, project.Options{Strategies: catalog{}}, `
x-clocker:
  placement: {strategies: [random], affinity: not service db, exclusive: true, when: host.containers < 9}
services:
  plain: {image: x}
  own:
    image: x
    deploy: {placement: {preferences: [spread: node.labels.zone, spread: node.labels.rack]}}
    x-clocker: {placement: {affinity: [], exclusive: false, when: "true", prefer: host.free.cpus}}
  db: {image: x, x-clocker: {placement: {strategies: [], affinity: [prefer not same, not service plain]}}}
`)
	spread := func(key string) hosts.Strategy { return hosts.Strategy{Name: "spread", Value: key} }
	random, alone := hosts.Strategy{Name: "random"}, hosts.Strategy{Name: "exclusive"}
	idle := hosts.Strategy{Name: "when", Value: "host.containers < 9"}
	for service, want := range map[string][]hosts.Strategy{
		"plain": {random, {Name: "affinity", Value: []any{"not service db"}}, alone, idle},
		"own": {
			spread("node.labels.zone"), spread("node.labels.rack"), random,
			{Name: "when", Value: "true"},
			{Name: "prefer", Value: "host.free.cpus"},
		},
		"db": {{Name: "affinity", Value: []any{"prefer not same", "not service plain"}}, alone, idle},
	} {
		assert.DeepEqual(t, p.ServiceClocker(service).Placement.Strategies, want)
	}
	assert.DeepEqual(t, p.ServiceClocker("own").Placement.Affinity, []string{})
	assert.Equal(t, p.ServiceClocker("own").Placement.Exclusive, false)
}
