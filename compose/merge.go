package compose

import (
	"cmp"
	"container/heap"
	"context"
	"time"
)

// merge hands on the records of several streams in order of time. A stream's
// own order is kept: where its times go back, its record counts as no older
// than the one before. It holds one record of each stream.
type merge struct {
	// patience is how long a stream may be silent before silent is told, which
	// may end it.
	patience time.Duration
	silent   func(*stream)
	out      func(LogRecord)

	heads heads
}

// head is the next record of a stream, and the time that it counts with.
type head struct {
	LogRecord
	at     time.Time
	stream *stream
	// place is the stream's among the streams, for records of one time.
	place int
}

// run ends when all streams have.
func (m *merge) run(ctx context.Context, streams []*stream) error {
	for i, s := range streams {
		if err := m.advance(ctx, head{stream: s, place: i}); err != nil {
			return err
		}
	}
	for len(m.heads) > 0 {
		first := heap.Pop(&m.heads).(head)
		m.out(first.LogRecord)
		if err := m.advance(ctx, first); err != nil {
			return err
		}
	}
	return nil
}

// advance replaces a head by the stream's next record; the rest of a line that
// came in parts is told at once, before any other stream's.
func (m *merge) advance(ctx context.Context, last head) error {
	for {
		r, ok, err := m.receive(ctx, last.stream)
		if err != nil || !ok {
			return err
		}
		if !last.Partial {
			next := head{r, later(r.Time, last.at), last.stream, last.place}
			heap.Push(&m.heads, next)
			return nil
		}
		m.out(r)
		last.LogRecord = r
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// receive waits for a stream's next record; false is its end.
func (m *merge) receive(ctx context.Context, s *stream) (LogRecord, bool, error) {
	select {
	case r, ok := <-s.records:
		return r, ok, ctx.Err()
	default:
	}
	timer := time.NewTicker(m.patience)
	defer timer.Stop()
	for {
		select {
		case r, ok := <-s.records:
			return r, ok, ctx.Err()
		case <-timer.C:
			m.silent(s)
		case <-ctx.Done():
			return LogRecord{}, false, ctx.Err()
		}
	}
}

// heads is a heap of the next record of each stream, the oldest first.
type heads []head

func (h heads) Len() int { return len(h) }

func (h heads) Less(i, j int) bool {
	return cmp.Or(h[i].at.Compare(h[j].at), cmp.Compare(h[i].place, h[j].place)) < 0
}

func (h heads) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push adds a head at the end.
func (h *heads) Push(x any) { *h = append(*h, x.(head)) }

// Pop removes the head at the end.
func (h *heads) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = head{} // let go of its text
	*h = (*h)[:last]
	return x
}
