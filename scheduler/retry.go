package scheduler

// Placing one after the other can paint itself into a corner: what was placed
// first may take the only room of what comes last. Then the errand is done
// anew, with those first that were left over, a few times; half of them fill
// hosts to the brim, whatever the orders say, because to fit at all counts for
// more than to fit well. Replicas that run stay where they are all the while.

const (
	// attempts bound how often a placement is tried again.
	attempts = 24
	// retried bounds how many tasks are placed again in all attempts together.
	retried = 100_000
)

// best is the attempt that leaves the fewest units over, the earliest of them.
func (e *errand) best() (*placement, error) {
	best, err := e.attempt(nil, nil)
	if err != nil {
		return nil, err
	}
	urgency := map[int]int{}
	for n, last := 0, best; n < min(attempts, retried/max(1, len(e.tasks))); n++ {
		if !hurry(urgency, last.failures) {
			break
		}
		if last, err = e.attempt(urgency, ordersOf(n)); err != nil {
			return nil, err
		}
		if len(last.failures) < len(best.failures) {
			best = last
		}
	}
	return best, nil
}

// hurry makes what was left over more urgent, and tells whether that may help.
func hurry(urgency map[int]int, left []failure) bool {
	helps := false
	for _, f := range left {
		if !f.hopeless {
			urgency[f.lead]++
			helps = true
		}
	}
	return helps
}

// ordersOf are the orders of the attempt of a number; none are the tasks' own.
func ordersOf(attempt int) []Order {
	if attempt%2 == 0 {
		return nil
	}
	return []Order{tightest{}}
}

// hopeless tells whether every host refuses for what it is, and none for what
// is on it.
func (w *queue) hopeless() bool {
	for _, no := range w.log {
		switch w.filter(no.filter, no.seat).(type) {
		case location, pins, ready, platform, constraints, labels, hostname, maxUse:
		default:
			return false
		}
	}
	return true
}
