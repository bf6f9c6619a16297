package compose

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"
)

// drawStreams makes streams of records; where sorted, their times don't go back.
func drawStreams(t *rapid.T, sorted bool) []*stream {
	var streams []*stream
	for i := range rapid.IntRange(0, 5).Draw(t, "streams") {
		times := rapid.SliceOfN(rapid.IntRange(0, 9), 0, 20).Draw(t, "times")
		if sorted {
			slices.Sort(times)
		}
		s := &stream{records: make(chan LogRecord, len(times))}
		for n, at := range times {
			s.records <- LogRecord{
				Container: fmt.Sprint(i), Text: fmt.Sprint(n), Time: time.Unix(int64(at), 0),
				Partial: n < len(times)-1 && rapid.IntRange(0, 4).Draw(t, "partial") == 0,
			}
		}
		close(s.records)
		streams = append(streams, s)
	}
	return streams
}

func merged(t *rapid.T, streams []*stream) (all []LogRecord) {
	m := merge{patience: time.Hour, out: func(r LogRecord) { all = append(all, r) }}
	assert.NilError(t, m.run(context.Background(), streams))
	return all
}

// assertEachInOrder wants all records of each stream, in its order.
func assertEachInOrder(t *rapid.T, all []LogRecord, sizes map[string]int) {
	next := map[string]int{}
	for _, r := range all {
		assert.Equal(t, r.Text, fmt.Sprint(next[r.Container]))
		next[r.Container]++
	}
	assert.DeepEqual(t, next, sizes)
}

func sizes(streams []*stream) map[string]int {
	n := map[string]int{}
	for i, s := range streams {
		if len(s.records) > 0 {
			n[fmt.Sprint(i)] = len(s.records)
		}
	}
	return n
}

func TestPropertyMergeLosesNothingAndKeepsEachOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		streams := drawStreams(t, false)
		want := sizes(streams)
		all := merged(t, streams)
		assertEachInOrder(t, all, want)
		for i, r := range all[:max(0, len(all)-1)] {
			assert.Assert(t, !r.Partial || all[i+1].Container == r.Container, "a line in parts was torn")
		}
	})
}

func TestPropertyMergeSortsByTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		streams := drawStreams(t, true)
		all := merged(t, streams)
		whole := slices.DeleteFunc(all, func(r LogRecord) bool { return r.Partial })
		partial := len(whole) < len(all)
		assert.Assert(t, partial || slices.IsSortedFunc(whole, func(a, b LogRecord) int { return a.Time.Compare(b.Time) }))
	})
}

func TestMergeAsksAfterASilentStreamAndGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quiet, other := &stream{records: make(chan LogRecord)}, &stream{records: make(chan LogRecord, 1)}
		other.records <- LogRecord{Text: "other"}
		close(other.records)
		asked := 0
		var all []string
		m := merge{
			patience: 5 * time.Second,
			out:      func(r LogRecord) { all = append(all, r.Text) },
			silent: func(s *stream) {
				assert.Assert(t, s == quiet)
				if asked++; asked == 2 {
					close(s.records)
				}
			},
		}
		began := time.Now()
		assert.NilError(t, m.run(t.Context(), []*stream{quiet, other}))
		assert.Equal(t, time.Since(began), 10*time.Second)
		assert.DeepEqual(t, all, []string{"other"})
	})
}

// TestPropertyWindow lets lines arrive with delays that stay below the window:
// they are told in order of time. With larger ones, each container's own order
// holds, and nothing is lost.
func TestPropertyWindow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		start := time.Unix(1000, 0)
		longest := rapid.SampledFrom([]int{99, 400}).Draw(t, "longest")
		type line struct {
			record   LogRecord
			at, come time.Time
		}
		var lines []line
		count := map[string]int{}
		for i := range 3 {
			container := fmt.Sprint(i)
			var at, come time.Time
			for _, gap := range rapid.SliceOfN(rapid.IntRange(0, 80), 0, 15).Draw(t, "gaps") {
				at = later(start, at).Add(time.Duration(gap) * time.Millisecond)
				delay := time.Duration(rapid.IntRange(0, longest).Draw(t, "delay")) * time.Millisecond
				come = later(at.Add(delay), come)
				lines = append(lines, line{LogRecord{Container: container, Text: fmt.Sprint(count[container]), Time: at}, at, come})
				count[container]++
			}
		}
		slices.SortStableFunc(lines, func(a, b line) int { return a.come.Compare(b.come) })

		var all []LogRecord
		w := &window[LogRecord]{out: func(r LogRecord) { all = append(all, r) }}
		for _, l := range lines {
			for due, ok := w.next(); ok && !due.After(l.come); due, ok = w.next() {
				w.release(due)
			}
			w.add(l.record, len(l.record.Text), l.at, l.come)
		}
		w.flush()

		assertEachInOrder(t, all, count)
		if longest < 100 {
			assert.Assert(t, slices.IsSortedFunc(all, func(a, b LogRecord) int { return a.Time.Compare(b.Time) }))
		}
	})
}

func TestWindowIsBounded(t *testing.T) {
	var all []LogRecord
	w := &window[LogRecord]{out: func(r LogRecord) { all = append(all, r) }}
	now := time.Unix(1000, 0)
	for i := range 3 * mostWaiting {
		at := now.Add(time.Duration(i))
		w.add(LogRecord{Time: at}, 0, at, now)
	}
	assert.Equal(t, len(w.waiting), mostWaiting)
	assert.Equal(t, len(all), 2*mostWaiting)
	due, ok := w.next()
	assert.Assert(t, ok && due.Equal(now.Add(reordering)))
	w.release(due)
	assert.Equal(t, len(all), 3*mostWaiting)
	_, ok = w.next()
	assert.Assert(t, !ok)
}
