package scheduler

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestContradictions(t *testing.T) {
	c := NewCatalog()
	for _, test := range []struct{ earlier, later, want string }{
		{"depth-first", "breadth-first", "breadth-first contradicts depth-first"},
		{"breadth-first", "depth-first", "depth-first contradicts breadth-first"},
		{"least-containers", "depth-first", "depth-first contradicts least-containers"},
		{"random", "lowest-cpu", "lowest-cpu has no say after random, which leaves no ties"},
		{"random", "random", "random has no say after random, which leaves no ties"},
		{"lowest-cpu", "random", ""},
		{"breadth-first", "least-containers", ""},
		{"lowest-cpu", "lowest-memory", ""},
		{"spread", "depth-first", ""},
		{"random", "max-containers", ""},
	} {
		assert.Equal(t, c.Contradiction(test.earlier, test.later), test.want)
	}
}

// TestOrdersAreKnown finds an order of the catalog that nobody added there.
func TestOrdersAreKnown(t *testing.T) {
	values := map[string]any{
		"affinity": "not same", "exec": "program", "group": "g", "hostname": "h", "labels": map[string]any{"a": "b"}, "max-containers": 1, "max-cpu": 0.5,
		"max-memory": 0.5, "prefer": "1.0", "region": "r", "spread": "zone", "when": "true", "zone": "z",
	}
	c := NewCatalog()
	for _, name := range c.Names() {
		rule, err := c.rule(hosts.Strategy{Name: name, Value: values[name]})
		assert.NilError(t, err)
		_, isOrder := rule.(Order)
		assert.Equal(t, orders(name), isOrder, name)
	}
}
