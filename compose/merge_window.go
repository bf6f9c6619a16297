package compose

import (
	"cmp"
	"container/heap"
	"time"
)

// What is new waits this long for what is older from other hosts, which a slower
// connection may still hold.
const reordering = 100 * time.Millisecond

// mostWaiting and mostHeld bound what waits, by number and by bytes. Where more
// arrives, the oldest is told early.
const (
	mostWaiting = 8192
	mostHeld    = 16 << 20
)

// window puts what arrives at about the same time in order of time: lines, or
// events.
type window[T any] struct {
	out func(T)
	// waiting is a heap, the oldest first; arrived has the same in order of
	// arrival, and some that were told already.
	waiting waiting[T]
	arrived []*arrival[T]
	count   int
	// held is the size of what waits.
	held int
}

// arrival waits to be told.
type arrival[T any] struct {
	what T
	size int
	// at is the time that it counts with: a line's own, but not before that of
	// the container's line before.
	at time.Time
	// due is when it is told at the latest.
	due time.Time
	// number is its place among all that arrived.
	number int
	told   bool
}

// add takes what arrives now, and holds size bytes.
func (w *window[T]) add(what T, size int, at, now time.Time) {
	w.count++
	w.held += size
	a := &arrival[T]{what: what, size: size, at: at, due: now.Add(reordering), number: w.count}
	heap.Push(&w.waiting, a)
	w.arrived = append(w.arrived, a)
	for len(w.waiting) > mostWaiting || w.held > mostHeld {
		w.tell()
	}
}

// release tells what is due, and what is older before it.
func (w *window[T]) release(now time.Time) {
	for len(w.arrived) > 0 {
		a := w.arrived[0]
		if !a.told && a.due.After(now) {
			return
		}
		for !a.told {
			w.tell()
		}
		w.arrived = w.arrived[1:]
	}
}

// flush tells all.
func (w *window[T]) flush() {
	for len(w.waiting) > 0 {
		w.tell()
	}
	w.arrived = nil
}

// tell tells the oldest.
func (w *window[T]) tell() {
	a := heap.Pop(&w.waiting).(*arrival[T])
	a.told = true
	w.held -= a.size
	w.out(a.what)
	a.what = *new(T) // let go of its text
}

// next is when something is due; false where nothing waits.
func (w *window[T]) next() (time.Time, bool) {
	for len(w.arrived) > 0 && w.arrived[0].told {
		w.arrived = w.arrived[1:]
	}
	if len(w.arrived) == 0 {
		return time.Time{}, false
	}
	return w.arrived[0].due, true
}

// waiting is a heap by time, then in order of arrival: at equal times a
// container's lines keep theirs.
type waiting[T any] []*arrival[T]

func (h waiting[T]) Len() int { return len(h) }

func (h waiting[T]) Less(i, j int) bool {
	return cmp.Or(h[i].at.Compare(h[j].at), cmp.Compare(h[i].number, h[j].number)) < 0
}

func (h waiting[T]) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push adds at the end.
func (h *waiting[T]) Push(x any) { *h = append(*h, x.(*arrival[T])) }

// Pop removes at the end.
func (h *waiting[T]) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return x
}
