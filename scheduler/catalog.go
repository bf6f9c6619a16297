package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Catalog is the strategies that users can name, each with what makes a rule
// of the value that it was given.
type Catalog map[string]func(value any) (Rule, error)

// NewCatalog holds all strategies. A new one is a file of its own and a line here.
func NewCatalog() Catalog {
	return Catalog{
		"breadth-first":    newBreadthFirst,
		"depth-first":      newDepthFirst,
		"least-containers": newLeastContainers,
		"max-containers":   newMaxContainers,
		"random":           newRandom,
	}
}

// Names are the strategies' names, sorted.
func (c Catalog) Names() []string { return slices.Sorted(maps.Keys(c)) }

// Check tells whether the strategy is known and its value is right for it.
func (c Catalog) Check(s hosts.Strategy) error {
	_, err := c.rule(s)
	return err
}

func (c Catalog) rule(s hosts.Strategy) (Rule, error) {
	construct, ok := c[s.Name]
	if !ok {
		return nil, fmt.Errorf("there is no strategy %q; the strategies are %s", s.Name, strings.Join(c.Names(), ", "))
	}
	return construct(s.Value)
}

// split makes the rules of a list of strategies, in its order.
func (c Catalog) split(strategies []hosts.Strategy) (filters []Filter, orders []Order, err error) {
	for _, s := range strategies {
		rule, err := c.rule(s)
		if err != nil {
			return nil, nil, err
		}
		switch rule := rule.(type) {
		case Filter:
			filters = append(filters, rule)
		case Order:
			orders = append(orders, rule)
		}
	}
	return filters, orders, nil
}

// noValue refuses a value where a strategy takes none. YAML's `random: true`
// and `random:` say the same as `random`.
func noValue(name string, value any) error {
	if value == nil || value == true {
		return nil
	}
	return fmt.Errorf("%s takes no value, not %s", name, quoted(value))
}

// quoted shows a value of a compose file as its author would recognise it.
func quoted(value any) string {
	if s, ok := value.(string); ok {
		return fmt.Sprintf("%q", s)
	}
	return fmt.Sprint(value)
}
