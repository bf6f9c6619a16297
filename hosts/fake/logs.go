package fake

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// written is what a container wrote at once: a line, or what a run left of its last one.
type written struct {
	hosts.LogLine
	Unended bool `json:",omitempty"`
}

// write notes a line, with what came before it of the same line.
func (r *record) write(l hosts.LogLine) {
	if !l.Stderr {
		l.Text, r.Held = append([]byte(r.Held), l.Text...), ""
	}
	r.Log = append(r.Log, written{LogLine: l})
}

// flush notes a last line that has no end. As an engine does, it notes it after
// the end of the run.
func (r *record) flush() {
	if r.Held == "" {
		return
	}
	at := time.Now()
	if !at.After(r.Finished) {
		at = r.Finished.Add(time.Microsecond)
	}
	r.Log = append(r.Log, written{LogLine: hosts.LogLine{Time: at, Text: []byte(r.Held)}, Unended: true})
	r.Held = ""
}

// joined are the lines as they are read: what one run left without an end goes
// on with what the next run wrote first to the same stream.
func joined(log []written) []hosts.LogLine {
	var all []hosts.LogLine
	open := map[bool]int{}
	for _, w := range log {
		i, goesOn := open[w.Stderr]
		delete(open, w.Stderr)
		if goesOn {
			all[i].Text = slices.Concat(all[i].Text, w.Text)
		} else {
			i = len(all)
			all = append(all, w.LogLine)
		}
		if w.Unended {
			open[w.Stderr] = i
		}
	}
	return all
}

// Logs calls line for each line of a container's log.
func (e *Engine) Logs(ctx context.Context, name string, o hosts.LogOptions, line func(hosts.LogLine)) error {
	var id string
	var pending []hosts.LogLine
	var read int
	err := e.call(ctx, "Logs", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		id, read = r.ID, len(r.Log)
		pending = joined(choose(r.Log, o))
		return nil
	})
	if err != nil {
		return err
	}
	each(pending, line)
	if !o.Follow {
		return nil
	}
	return e.explain("Logs", name, e.followLog(ctx, id, read, line))
}

// LastLine is the last line that a container wrote, the zero line where it wrote none.
func (e *Engine) LastLine(ctx context.Context, name string) (last hosts.LogLine, err error) {
	err = e.call(ctx, "LastLine", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		if len(r.Log) > 0 {
			last = r.Log[len(r.Log)-1].LogLine
		}
		if r.measures() {
			last = s.reading(time.Now())
		}
		return nil
	})
	return last, err
}

func (e *Engine) followLog(ctx context.Context, id string, read int, line func(hosts.LogLine)) error {
	for {
		var fresh []written
		var ended bool
		err := e.poll(ctx, func(s *state) bool {
			r, err := s.container(id)
			if err != nil {
				ended = true
				return true
			}
			fresh, ended = r.Log[read:], !r.running()
			return ended || len(fresh) > 0
		})
		if err != nil {
			return err
		}
		each(joined(fresh), line)
		read += len(fresh)
		if ended {
			return nil
		}
	}
}

func each(all []hosts.LogLine, line func(hosts.LogLine)) {
	for _, l := range all {
		line(l)
	}
}

// choose applies since and until, and then tail.
func choose(log []written, o hosts.LogOptions) []written {
	since, hasSince := moment(o.Since)
	until, hasUntil := moment(o.Until)
	var all []written
	for _, l := range log {
		if hasSince && l.Time.Before(since) || hasUntil && l.Time.After(until) {
			continue
		}
		all = append(all, l)
	}
	if n, err := strconv.Atoi(o.Tail); err == nil && n < len(all) {
		all = all[len(all)-max(n, 0):]
	}
	return all
}

// moment reads RFC 3339, Unix seconds or a duration before now.
func moment(s string) (time.Time, bool) {
	if d, err := time.ParseDuration(s); err == nil {
		return time.Now().Add(-d), true
	}
	if seconds, err := strconv.ParseInt(s, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}

// ignoreEnd is nil for the end of a context.
func ignoreEnd(err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}
