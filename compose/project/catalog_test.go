package project_test

import (
	"fmt"
	"slices"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// catalog is a scheduler's that knows few strategies.
type catalog struct{}

func (catalog) Names() []string {
	return []string{"affinity", "breadth-first", "depth-first", "least-containers", "max-containers", "random"}
}

func (catalog) Check(s hosts.Strategy) error {
	n, isCount := s.Value.(int)
	switch {
	case slices.Contains([]string{"affinity", "exclusive", "prefer", "spread", "when"}, s.Name):
		return scheduler.NewCatalog().Check(s)
	case s.Name == "max-containers" && (!isCount || n < 1):
		return fmt.Errorf("max-containers needs a whole number from 1, such as {max-containers: 16}")
	case s.Name != "max-containers" && s.Value != nil:
		return fmt.Errorf("%s takes no value", s.Name)
	}
	return nil
}

func (catalog) Services(s hosts.Strategy) []string { return scheduler.NewCatalog().Services(s) }

func (catalog) Contradiction(earlier, later string) string {
	return scheduler.NewCatalog().Contradiction(earlier, later)
}
