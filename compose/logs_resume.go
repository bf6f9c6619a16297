package compose

import (
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// settled is the time after which an engine has surely written a line to the
// log: the lines of a container's two streams may stand there in an order that
// differs from that of their time stamps, by microseconds.
const settled = time.Second

// resume is a place in a container's log from which it can be read again
// without losing or repeating a line: a time, and how many lines not before it
// were told. The place lies at least the settled time before the last line.
type resume struct {
	place, next mark
}

// mark is a time and the number of lines not before it that were told. The
// zero mark is the beginning of what was asked for.
type mark struct {
	at   time.Time
	told int
}

// delivered notes a line that was told.
func (r *resume) delivered(at time.Time) {
	switch {
	case r.place.at.IsZero():
		r.place = mark{at: at}
		r.next = r.place
	case at.Sub(r.next.at) >= settled:
		r.place, r.next = r.next, mark{at: at}
	}
	r.place.count(at)
	r.next.count(at)
}

func (m *mark) count(at time.Time) {
	if !at.Before(m.at) {
		m.told++
	}
}

// options are those of a call that reads on from there. Where nothing was told
// there was nothing, and all is new.
func (r *resume) options(o hosts.LogOptions) hosts.LogOptions {
	o.Tail = "all"
	if r.place.told > 0 {
		o.Since = r.place.at.Format(time.RFC3339Nano)
	}
	return o
}

// news returns a filter for the lines of that call, false for each that was
// told before.
func (r *resume) news() func(at time.Time) bool {
	from, skip := r.place.at, r.place.told
	return func(at time.Time) bool {
		if skip == 0 {
			return true
		}
		if !at.Before(from) {
			skip--
		}
		return false
	}
}
