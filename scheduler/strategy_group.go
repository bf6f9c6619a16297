package scheduler

import "fmt"

// group is the strategy group: all replicas of the project that name the same
// group share one host. It is neither filter nor order, but decides what is
// placed as one; see [unit].
type group string

func newGroup(value any) (Rule, error) {
	name, ok := value.(string)
	if !ok || name == "" {
		return nil, fmt.Errorf("group wants a name, such as `group: batch`, not %s", quoted(value))
	}
	return group(name), nil
}

func (group) Name() string { return "group" }
