package compose

import (
	"context"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// copyLog passes on the log of the run that began then until it ends, and
// returns when its last line was written.
func (a *attachment) copyLog(ctx context.Context, one *attached, o hosts.LogOptions, run time.Time) (time.Time, error) {
	engine, err := a.env.engineOf(one.host)
	if err != nil {
		return time.Time{}, err
	}
	r := runLog{log: engine.Logs, container: one.id, options: o, pass: func(l hosts.LogLine) {
		a.speak(func() { a.audience.Line(one.record(l)) })
	}}
	if err := r.follow(ctx); err != nil {
		return r.seen, err
	}
	detail, err := a.inspect(ctx, one)
	if err != nil {
		return r.seen, err
	}
	return r.seen, r.rest(ctx, untilNext(detail, run))
}

func (c *attached) record(l hosts.LogLine) LogRecord {
	return LogRecord{
		Host: c.host, Service: c.service, Container: c.name, ID: c.id,
		Stderr: l.Stderr, Time: l.Time, Text: string(l.Text), Partial: l.Partial,
	}
}

// untilNext is until when an ended run wrote, "" where no other goes on. What it
// wrote later is told with the next one.
func untilNext(detail hosts.ContainerDetail, run time.Time) string {
	const delay = 100 * time.Millisecond // an engine waits so long before it restarts
	switch {
	case goesOn(detail) && detail.StartedAt.After(run):
		return moment(detail.FinishedAt.Add(detail.StartedAt.Sub(detail.FinishedAt) / 2))
	case detail.State == hosts.Restarting:
		return moment(detail.FinishedAt.Add(delay))
	}
	return ""
}

// runLog is the log of one run of a container.
type runLog struct {
	log       func(context.Context, string, hosts.LogOptions, func(hosts.LogLine)) error
	container string
	options   hosts.LogOptions
	pass      func(hosts.LogLine)
	told      resume
	// seen is when the last line was written.
	seen time.Time
}

func (r *runLog) line(l hosts.LogLine) {
	r.told.delivered(l.Time)
	r.seen = latest(r.seen, l.Time)
	r.pass(l)
}

func (r *runLog) follow(ctx context.Context) error {
	return r.log(ctx, r.container, r.options, r.line)
}

// rest passes on what the followed log has more than was told: an engine may
// stop following when the container ends, before it has sent the last lines.
func (r *runLog) rest(ctx context.Context, until string) error {
	if r.options.Tail == "0" && r.told.place.told == 0 {
		return nil // what is old can't be told from what is new
	}
	o, isNew := r.told.options(r.options), r.told.news()
	o.Follow, o.Until = false, until
	return r.log(ctx, r.container, o, func(l hosts.LogLine) {
		if isNew(l.Time) {
			r.line(l)
		}
	})
}
