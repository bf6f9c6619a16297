package fake

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

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
		pending = choose(r.Log, o)
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
			last = r.Log[len(r.Log)-1]
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
		var fresh []hosts.LogLine
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
		each(fresh, line)
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
func choose(log []hosts.LogLine, o hosts.LogOptions) []hosts.LogLine {
	since, hasSince := moment(o.Since)
	until, hasUntil := moment(o.Until)
	var all []hosts.LogLine
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
