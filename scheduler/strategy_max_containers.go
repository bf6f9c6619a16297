package scheduler

import (
	"fmt"
	"math"
)

// maxContainers is the filter max-containers: a host with fewer containers, of
// any project, than this.
type maxContainers int

func newMaxContainers(value any) (Rule, error) {
	most, ok := wholeNumber(value)
	if !ok || most < 1 {
		if value == nil {
			return nil, fmt.Errorf("max-containers wants a whole number of at least 1, such as `max-containers: 16`")
		}
		return nil, fmt.Errorf("max-containers wants a whole number of at least 1, not %s", quoted(value))
	}
	return maxContainers(most), nil
}

func (maxContainers) Name() string { return "max-containers" }

func (most maxContainers) Check(_ *Task, c *Candidate) *Refusal {
	if c.Containers < int(most) {
		return nil
	}
	return full(int(most))
}

func (maxContainers) Evicts() bool { return false }

func (maxContainers) Hint(*Task) string { return "add a host, or raise max-containers" }

// wholeNumber reads a number in the types that YAML and JSON decoders give.
func wholeNumber(value any) (int, bool) {
	switch n := value.(type) {
	case int:
		return n, true
	case int64:
		return int(n), true
	case uint64:
		return int(min(n, math.MaxInt)), true
	case float64:
		return int(n), n == math.Trunc(n) && math.Abs(n) < 1<<53
	}
	return 0, false
}
