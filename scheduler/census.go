package scheduler

// census counts the replicas of each service on each seat of a board:
// "project/service", then the seat's index. A seat without replicas has no entry.
type census map[string]map[int]int

// serviceKey is how a census and candidates call a task's service.
func serviceKey(t *Task) string { return t.Project + "/" + t.Service }

// of are the counts of one service, which the caller may add to.
func (c census) of(key string) map[int]int {
	counts, ok := c[key]
	if !ok {
		counts = map[int]int{}
		c[key] = counts
	}
	return counts
}

func (c census) add(key string, seat, n int) {
	if n > 0 {
		c.of(key)[seat] += n
	}
}
