package compose

import (
	"cmp"
	"container/heap"
	"time"
)

// A new line waits this long for older ones from other hosts, which a slower
// connection may still hold.
const reordering = 100 * time.Millisecond

// mostWaiting bounds the lines that wait. Where more arrive, the oldest are told early.
const mostWaiting = 1024

// window puts lines that arrive at about the same time in order of time.
type window struct {
	out func(LogRecord)
	// waiting is a heap, the oldest line first; arrived has the same in order
	// of arrival, and some that were told already.
	waiting waiting
	arrived []*arrival
	count   int
}

// arrival is a line that waits to be told.
type arrival struct {
	LogRecord
	// at is the time that it counts with: its own, but not before that of the
	// container's line before.
	at time.Time
	// due is when it is told at the latest.
	due time.Time
	// number is its place among all that arrived.
	number int
	told   bool
}

// add takes a line that arrives now.
func (w *window) add(r LogRecord, at, now time.Time) {
	w.count++
	a := &arrival{LogRecord: r, at: at, due: now.Add(reordering), number: w.count}
	heap.Push(&w.waiting, a)
	w.arrived = append(w.arrived, a)
	if len(w.waiting) > mostWaiting {
		w.tell()
	}
}

// release tells the lines that are due, and the older ones before them.
func (w *window) release(now time.Time) {
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

// flush tells all lines.
func (w *window) flush() {
	for len(w.waiting) > 0 {
		w.tell()
	}
	w.arrived = nil
}

// tell tells the oldest line.
func (w *window) tell() {
	a := heap.Pop(&w.waiting).(*arrival)
	a.told = true
	w.out(a.LogRecord)
	a.Text = ""
}

// next is when a line is due; false where none waits.
func (w *window) next() (time.Time, bool) {
	for len(w.arrived) > 0 && w.arrived[0].told {
		w.arrived = w.arrived[1:]
	}
	if len(w.arrived) == 0 {
		return time.Time{}, false
	}
	return w.arrived[0].due, true
}

// waiting is a heap of lines by time, then in order of arrival: at equal times
// a container's lines keep theirs.
type waiting []*arrival

func (h waiting) Len() int { return len(h) }

func (h waiting) Less(i, j int) bool {
	return cmp.Or(h[i].at.Compare(h[j].at), cmp.Compare(h[i].number, h[j].number)) < 0
}

func (h waiting) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push adds a line at the end.
func (h *waiting) Push(x any) { *h = append(*h, x.(*arrival)) }

// Pop removes the line at the end.
func (h *waiting) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return x
}
