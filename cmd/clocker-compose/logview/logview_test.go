package logview_test

import (
	"bytes"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/logview"
)

func line(container, text string) logview.Line {
	return logview.Line{Container: container, Text: text, Time: time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("x", 3600))}
}

// shown is what a view with the options writes to each stream.
func shown(o logview.Options, show func(*logview.View)) (stdout, stderr string) {
	var out, err bytes.Buffer
	o.Out, o.Err = &out, &err
	show(logview.New(o))
	return out.String(), err.String()
}

func TestPrefix(t *testing.T) {
	out, err := shown(logview.Options{Prefix: true}, func(v *logview.View) {
		v.Expect([]string{"db-1", "a-long-name-12"})
		v.Show(line("db-1", "ready"))
		l := line("a-long-name-12", "oops")
		l.Stderr = true
		v.Show(l)
		v.Show(line("a-name-that-nobody-expected-1", "late"))
		v.Tell("db-1", "exited with code 0")
	})
	assert.Equal(t, out, `db-1            | ready
a-name-that-nobody-expected-1  | late
db-1 exited with code 0
`)
	assert.Equal(t, err, "a-long-name-12  | oops\n")
}

func TestColoursInSortedOrder(t *testing.T) {
	out, _ := shown(logview.Options{Prefix: true, Colour: true}, func(v *logview.View) {
		v.Expect([]string{"c", "a", "b"})
		v.Show(line("c", "x"))
		v.Show(line("a", "x"))
		v.Tell("b", "exited")
	})
	assert.Equal(t, out, "\x1b[32mc  | \x1b[0mx\n\x1b[36ma  | \x1b[0mx\n\x1b[33mb\x1b[0m exited\n")
}

func TestTimestampsAreUTC(t *testing.T) {
	out, _ := shown(logview.Options{Timestamps: true}, func(v *logview.View) { v.Show(line("a", "x")) })
	assert.Equal(t, out, "2026-01-02T02:04:05.000000006Z x\n")
}

func TestLinesAreAsTheyWereWritten(t *testing.T) {
	const text = "\x1b[2Jgone\r"
	out, _ := shown(logview.Options{}, func(v *logview.View) { v.Show(line("a", text)) })
	assert.Equal(t, out, text+"\n")
}
