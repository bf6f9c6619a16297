package project_test

import (
	"fmt"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// catalog is a scheduler's that knows few strategies.
type catalog struct{}

func (catalog) Names() []string {
	return []string{"breadth-first", "depth-first", "least-containers", "max-containers", "random"}
}

func (catalog) Check(s hosts.Strategy) error {
	n, isCount := s.Value.(int)
	switch {
	case s.Name == "max-containers" && (!isCount || n < 1):
		return fmt.Errorf("max-containers needs a whole number from 1, such as {max-containers: 16}")
	case s.Name != "max-containers" && s.Value != nil:
		return fmt.Errorf("%s takes no value", s.Name)
	}
	return nil
}
