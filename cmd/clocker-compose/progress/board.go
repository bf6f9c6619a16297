package progress

import (
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// board is what the live rows show: the last event of each thing, in the order
// in which the things appeared.
type board struct {
	rows  []*row
	byKey map[key]*row
}

// row is one thing: a container, a network, an image.
type row struct {
	event      execute.Event
	start, end time.Time
	// layers are the last events of an image's layers.
	layers map[string]execute.Event
	// step is the step of an image's build that began last.
	step string
}

func newBoard() *board { return &board{byKey: map[key]*row{}} }

// apply takes in an event. What it says comes from other machines and is cleaned here.
func (b *board) apply(e execute.Event, now time.Time) {
	e = cleaned(e)
	if e.Parent != "" {
		r := b.row(key{e.Host, e.Parent}, now)
		if e.Build {
			if !settled(e) {
				r.step = e.ID
			}
			return
		}
		r.layers[e.ID] = grown(r.layers[e.ID], e)
		return
	}
	r := b.row(keyOf(e), now)
	if settled(r.event) && !settled(e) && !r.end.IsZero() {
		r.end = time.Time{}
	}
	r.event = e
	if settled(e) && r.end.IsZero() {
		r.end = now
	}
}

// grown is the last event of a layer, whose size stays known where engines
// count anew, and is there as a whole where it is done.
func grown(before, e execute.Event) execute.Event {
	e.Total = max(e.Total, before.Total)
	e.Current = max(e.Current, before.Current)
	if settled(e) {
		e.Current = e.Total
	}
	return e
}

// row finds or adds the row of a thing.
func (b *board) row(k key, now time.Time) *row {
	r, ok := b.byKey[k]
	if !ok {
		r = &row{
			start: now, layers: map[string]execute.Event{},
			event: execute.Event{ID: k.id, Host: k.host, Status: execute.Working},
		}
		b.byKey[k] = r
		b.rows = append(b.rows, r)
	}
	return r
}

// settled counts the rows of which nothing more is expected.
func (b *board) settled() int {
	n := 0
	for _, r := range b.rows {
		if settled(r.event) {
			n++
		}
	}
	return n
}

// cleaned is an event whose details are the first line alone.
func cleaned(e execute.Event) execute.Event {
	e.Details, _, _ = strings.Cut(e.Details, "\n")
	e.ID, e.Parent = terminal.Clean(e.ID), terminal.Clean(e.Parent)
	e.Host, e.Text, e.Details = terminal.Clean(e.Host), terminal.Clean(e.Text), terminal.Clean(e.Details)
	return e
}
