package scheduler

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		want  string
	}{
		{"breadth-first", nil, ""},
		{"depth-first", true, ""},
		{"random", "yes", `random takes no value, not "yes"`},
		{"least-containers", 3, "least-containers takes no value, not 3"},
		{"breadth-first", false, "breadth-first takes no value, not false"},
		{"depth-first", []any{1}, "depth-first takes no value, not [1]"},
		{"max-containers", 1, ""},
		{"max-containers", 16.0, ""},
		{"max-containers", uint64(16), ""},
		{"max-containers", nil, "max-containers wants a whole number of at least 1, such as `max-containers: 16`"},
		{"max-containers", "lots", `max-containers wants a whole number of at least 1, not "lots"`},
		{"max-containers", 0, "max-containers wants a whole number of at least 1, not 0"},
		{"max-containers", -1, "max-containers wants a whole number of at least 1, not -1"},
		{"max-containers", 1.5, "max-containers wants a whole number of at least 1, not 1.5"},
		{"max-containers", true, "max-containers wants a whole number of at least 1, not true"},
		{"fastest", nil, `there is no strategy "fastest"; the strategies are affinity, breadth-first, depth-first, exclusive, exec, group, hostname, labels, least-containers, lowest-cpu, lowest-memory, max-containers, max-cpu, max-memory, prefer, random, region, reserved, spread, when, zone`},
	} {
		err := NewCatalog().Check(hosts.Strategy{Name: c.name, Value: c.value})
		if c.want == "" {
			assert.NilError(t, err)
		} else {
			assert.Error(t, err, c.want)
		}
	}
}

// TestRulesCallThemselvesAsTheCatalogDoes keeps messages and compose files in one language.
func TestRulesCallThemselvesAsTheCatalogDoes(t *testing.T) {
	catalog := NewCatalog()
	values := []any{nil, 1, "x", map[string]any{"disk": "ssd"}, "not same", "true", "1", 0.5}
	for _, name := range catalog.Names() {
		var rule Rule
		for _, value := range values {
			if made, err := catalog.rule(hosts.Strategy{Name: name, Value: value}); err == nil {
				rule = made
				break
			}
		}
		assert.Assert(t, rule != nil, "%s takes none of the values", name)
		assert.Equal(t, rule.Name(), name)
	}
}

func TestWhatHasToBeMeasured(t *testing.T) {
	for _, test := range []struct {
		name  string
		value any
		want  bool
	}{
		{"max-cpu", 0.5, true},
		{"lowest-memory", nil, true},
		{"when", "host.use.cpu < 0.5", true},
		{"when", "!host.use.known || host.containers < 3", true},
		{"prefer", "host.free.cpus - host['use'].cpu", true},
		{"prefer", "host.free.cpus", false},
		{"when", "host.labels.use == 'x'", false},
		{"max-containers", 3, false},
		{"max-cpu", "nonsense", false},
	} {
		got := NewCatalog().Measures(hosts.Strategy{Name: test.name, Value: test.value})
		assert.Equal(t, got, test.want, "%s: %v", test.name, test.value)
	}
}
