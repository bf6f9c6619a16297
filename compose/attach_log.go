package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	if n.seen.After(one.seen) {
		one.seen = n.seen
	}
	if n.unread != nil && !errors.Is(n.unread, hosts.ErrNotFound) && !isLost(n.unread) {
		one.silent = true
		a.env.warn([]string{fmt.Sprintf("the output of %s can't be shown: %v", one.name, n.unread)})
	}
	a.end(ctx, one)
}

// end asks how a container ended, if it did.
func (a *attachment) end(ctx context.Context, one *attached) {
	detail, err := a.inspect(ctx, one)
	switch {
	case isLost(err) || ctx.Err() != nil:
		return // the host's own tiding tells
	case err == nil && alive(detail.State) && detail.State != hosts.Restarting:
		a.resume(ctx, one, detail)
		return
	case err == nil && detail.State == hosts.Created: // its start was not to be
		delete(a.live, one.id)
		return
	}
	exit := a.exit(one, detail.ExitCode, detail.State == hosts.Restarting)
	if !exit.Restarting {
		delete(a.live, one.id)
		a.past[one.id] = detail.FinishedAt
		if one.stopped && a.options.Ending != nil {
			a.lingering = time.After(linger)
		}
	}
	a.speak(func() { a.audience.Exited(exit) })
}

func (a *attachment) exit(one *attached, code int, restarting bool) Exit {
	return Exit{
		Service: one.service, Container: one.name, Code: code, Restarting: restarting,
		Silent: slices.Contains(a.options.Silent, one.service),
	}
}

// resume reads on where a container runs again. A log that ended by itself is
// left alone, because it would end again at once.
func (a *attachment) resume(ctx context.Context, one *attached, detail hosts.ContainerDetail) {
	if !detail.StartedAt.After(one.run) {
		one.silent = true
		return
	}
	a.speak(func() { a.audience.Exited(a.exit(one, one.code, true)) })
	a.read(ctx, one, true)
}

// read follows a container's log, from its start or from now on. Of a silent
// one it only finds out whether it has ended already.
func (a *attachment) read(ctx context.Context, one *attached, fromStart bool) {
	if one.following {
		return
	}
	follow, seen := !one.silent, one.seen
	one.following = follow
	a.work.Go(func() {
		detail, err := a.inspect(ctx, one)
		switch {
		case err == nil && follow:
			seen, err = a.copyLog(ctx, one, logFrom(detail, fromStart, seen))
		case err == nil && alive(detail.State):
			return // its events tell
		}
		a.tell(ctx, tiding{ended: one.id, run: detail.StartedAt, seen: seen, unread: err})
	})
}

// logFrom asks for the lines of the run that goes on, or for those that come.
// An engine notes the start of a run when its first lines may be written
// already, so that the start itself would lose them.
func logFrom(detail hosts.ContainerDetail, fromStart bool, seen time.Time) hosts.LogOptions {
	o := hosts.LogOptions{Follow: true}
	switch {
	case !fromStart:
		o.Tail = "0"
	case !seen.IsZero():
		o.Since = moment(seen.Add(time.Nanosecond))
	case detail.FinishedAt.After(detail.StartedAt):
		o.Since = moment(detail.StartedAt.Add(-time.Second)) // it has ended meanwhile
	case detail.FinishedAt.Unix() > 0:
		o.Since = moment(detail.FinishedAt) // of the run before
	}
	return o
}

func moment(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// copyLog passes a log on until it ends, and returns when its last line was written.
func (a *attachment) copyLog(ctx context.Context, one *attached, o hosts.LogOptions) (seen time.Time, err error) {
	engine, err := a.env.engineOf(one.host)
	if err != nil {
		return seen, err
	}
	err = engine.Logs(ctx, one.id, o, func(l hosts.LogLine) {
		seen = l.Time
		a.speak(func() {
			a.audience.Line(LogRecord{
				Host: one.host, Service: one.service, Container: one.name, ID: one.id,
				Stderr: l.Stderr, Time: l.Time, Text: string(l.Text), Partial: l.Partial,
			})
		})
	})
	return seen, err
}
