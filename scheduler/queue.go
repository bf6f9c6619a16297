package scheduler

import (
	"cmp"
	"container/heap"
	"slices"
)

// queue holds the hosts that pass the filters of one question, the best
// first, and the refusals of the others. Placing on a host changes that host
// alone, so one pass over the pool serves all replicas of a service: after
// each only the chosen host is asked and ranked again.
type queue struct {
	question
	eligible []*seat
	// refused is sorted by host. Decisions share it, so it is never written
	// to, only replaced.
	refused []Rejection
	// nearest is the refusal of the host that came nearest.
	nearest *refused
}

func newQueue(q question, b board) *queue {
	w := &queue{question: q}
	for i := range b {
		if r := q.ask(&b[i]); r != nil {
			w.refused = append(w.refused, r.Rejection)
			w.note(r)
		} else {
			w.eligible = append(w.eligible, &b[i])
		}
	}
	heap.Init(w)
	return w
}

func (w *queue) note(r *refused) {
	if r.nearer(w.nearest) {
		w.nearest = r
	}
}

// best is the host that the orders put first, nil where none is eligible.
func (w *queue) best() *seat {
	if len(w.eligible) == 0 {
		return nil
	}
	return w.eligible[0]
}

// settle asks and ranks the best host again, after a task was placed on it.
func (w *queue) settle() {
	r := w.ask(w.best())
	if r == nil {
		heap.Fix(w, 0)
		return
	}
	heap.Pop(w)
	at, _ := slices.BinarySearchFunc(w.refused, r.Host, func(r Rejection, host string) int {
		return cmp.Compare(r.Host, host)
	})
	w.refused = slices.Insert(slices.Clone(w.refused), at, r.Rejection)
	w.note(r)
}

// Len, Less, Swap, Push and Pop make it a heap.Interface.
func (w *queue) Len() int { return len(w.eligible) }

// Less compares by the orders of the unit's leader.
func (w *queue) Less(i, j int) bool {
	return w.rules[0].compare(&w.members[0], &w.eligible[i].Candidate, &w.eligible[j].Candidate) < 0
}

func (w *queue) Swap(i, j int) { w.eligible[i], w.eligible[j] = w.eligible[j], w.eligible[i] }

// Push adds an eligible host at the end.
func (w *queue) Push(c any) { w.eligible = append(w.eligible, c.(*seat)) }

// Pop removes the eligible host at the end.
func (w *queue) Pop() any {
	last := len(w.eligible) - 1
	c := w.eligible[last]
	w.eligible = w.eligible[:last]
	return c
}
