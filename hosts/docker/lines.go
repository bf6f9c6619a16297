package docker

import (
	"bytes"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// maxLine is what of a line is kept before it is handed on in part.
const maxLine = 64 << 10

// maxStamp bounds a time stamp: 2006-01-02T15:04:05.000000000Z or with +07:00.
const maxStamp = 36

// lines makes log lines of one stream. The engine puts a time stamp before
// each frame, and splits a long line into several frames: so a stamp is
// expected where a frame begins, and a line goes on until a newline.
type lines struct {
	stderr bool
	emit   func(hosts.LogLine)

	// stamped tells whether the stamp of the current frame was read; stamp
	// holds what of it came so far.
	stamped bool
	stamp   []byte

	time    time.Time
	text    []byte
	started bool
}

// begin implements frameWriter.
func (l *lines) begin() { l.stamped, l.stamp = false, l.stamp[:0] }

// Write implements [io.Writer]; it never fails.
func (l *lines) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if !l.stamped {
			p = l.readStamp(p)
			continue
		}
		p = l.readText(p)
	}
	return n, nil
}

// readStamp takes bytes up to the first space, and returns the rest.
func (l *lines) readStamp(p []byte) []byte {
	end := bytes.IndexByte(p, ' ')
	if end < 0 && len(l.stamp)+len(p) <= maxStamp && bytes.IndexByte(p, '\n') < 0 {
		l.stamp = append(l.stamp, p...)
		return nil
	}
	l.stamped = true
	if end >= 0 && len(l.stamp)+end <= maxStamp {
		if t, err := time.Parse(time.RFC3339Nano, string(l.stamp)+string(p[:end])); err == nil {
			l.setTime(t)
			return p[end+1:]
		}
	}
	// No stamp after all: what was held back is text.
	held := bytes.Clone(l.stamp)
	l.readAll(held)
	return p
}

// setTime keeps the time of a line's first frame.
func (l *lines) setTime(t time.Time) {
	if !l.started {
		l.time = t
	}
}

func (l *lines) readAll(p []byte) {
	for len(p) > 0 {
		p = l.readText(p)
	}
}

// readText takes bytes up to a newline or to the bound, and returns the rest.
func (l *lines) readText(p []byte) []byte {
	l.started = true
	if len(l.text) == maxLine && p[0] != '\n' {
		l.flush(true)
	}
	room := min(len(p), maxLine-len(l.text))
	if end := bytes.IndexByte(p[:min(len(p), room+1)], '\n'); end >= 0 {
		l.text = append(l.text, p[:end]...)
		l.flush(false)
		// Without frames (a terminal's log) each line has a stamp of its own.
		l.begin()
		return p[end+1:]
	}
	l.text = append(l.text, p[:room]...)
	return p[room:]
}

// flush hands the line on, and keeps nothing of it.
func (l *lines) flush(partial bool) {
	l.emit(hosts.LogLine{Stderr: l.stderr, Time: l.time, Text: l.text, Partial: partial})
	l.text = nil
	l.started = partial
}

// end hands on a last line that has no newline.
func (l *lines) end() {
	if len(l.text) > 0 {
		l.flush(false)
	}
}
