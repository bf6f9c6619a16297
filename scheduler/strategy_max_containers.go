package scheduler

import "fmt"

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

func (most maxContainers) Check(_ *Task, s *Seat) (int64, bool) { return 0, s.Containers < int(most) }

func (most maxContainers) Refuse(*Task, *Seat, int64) Refusal { return full(int(most)) }

func (maxContainers) Evicts() bool { return false }

func (maxContainers) Hint(*Task) string { return "add a host, or raise max-containers" }
