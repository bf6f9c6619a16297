package compose

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// logEnded finds out what the end of a log means.
func (a *attachment) logEnded(ctx context.Context, n tiding) {
	one := a.live[n.ended]
	if one == nil {
		return
	}
	one.following, one.run = false, n.run
	if one.seen = latest(one.seen, n.seen); !one.seen.IsZero() {
		one.known = true
	}
	if n.unread != nil && !errors.Is(n.unread, hosts.ErrNotFound) && !isLost(n.unread) {
		one.silent = true
		a.env.warn([]string{fmt.Sprintf("the output of %s can't be shown: %v", one.name, n.unread)})
	}
	if one.broken = isLost(n.unread); one.broken {
		a.end(ctx, one, 0) // of which nothing was heard
		return
	}
	a.end(ctx, one, 1)
}

// read follows a container's log, from its start or from now on. Of a silent
// one it only finds out whether it has ended already.
func (a *attachment) read(ctx context.Context, one *attached, fromStart bool) {
	if one.following {
		return
	}
	follow, seen, again := !one.silent, one.seen, one.broken
	one.following, one.fromStart, one.broken = follow, fromStart, false
	reach := a.reach(ctx, one.host)
	from := func(detail hosts.ContainerDetail) hosts.LogOptions { return logFrom(detail, fromStart) }
	if one.known {
		from = func(hosts.ContainerDetail) hosts.LogOptions { return logAfter(seen) }
	}
	a.work.Go(func() {
		if again {
			pause(reach, linger) // what breaks at once is not to be opened at once
		}
		detail, err := a.inspect(reach, one)
		switch {
		case err == nil && follow:
			seen, err = a.copyLog(reach, one, from(detail), detail.StartedAt)
		case err == nil && alive(detail.State):
			return // its events tell
		}
		a.tell(ctx, tiding{ended: one.id, run: detail.StartedAt, seen: seen, unread: err})
	})
}

// logAfter asks for the lines after a time, the zero time for all.
func logAfter(seen time.Time) hosts.LogOptions {
	if seen.IsZero() {
		return hosts.LogOptions{Follow: true}
	}
	return hosts.LogOptions{Follow: true, Since: moment(seen.Add(time.Nanosecond))}
}

// logFrom asks for the lines of the run that goes on or has ended just now, or
// for those that come. An engine notes the start of a run when its first lines
// may be written already, and even after its end.
func logFrom(detail hosts.ContainerDetail, fromStart bool) hosts.LogOptions {
	o := hosts.LogOptions{Follow: true}
	switch {
	case !fromStart:
		o.Tail = "0"
	case !goesOn(detail):
		o.Since = moment(earliest(detail.StartedAt, detail.FinishedAt).Add(-time.Second))
	case detail.FinishedAt.Unix() > 0:
		o.Since = moment(between(detail.FinishedAt, detail.StartedAt))
	}
	return o
}

// between is a time after all lines of the run that finished and before those of
// the run that started then. An engine writes a last line without an end to the
// log when it has noted the end already; where the next run follows closely,
// rather that line is told twice than one of the run is lost.
func between(finished, started time.Time) time.Time {
	if pause := started.Sub(finished); pause > 2*time.Second {
		return finished.Add(pause / 2)
	}
	return finished
}

func earliest(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
