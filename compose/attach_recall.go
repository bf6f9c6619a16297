package compose

import (
	"context"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// recall notes until when containers wrote that are about to be started: what
// comes after that is of the run to come. Afterwards it can't be told any more,
// as an engine may note the start of a short run after its end.
func (a *attachment) recall(ctx context.Context, resting []*attached) {
	ctx, cancel := context.WithTimeout(ctx, a.env.patience())
	defer cancel()
	var work sync.WaitGroup
	for _, one := range resting {
		if !one.silent {
			work.Go(func() {
				var err error
				one.seen, err = a.leftover(ctx, one)
				one.known = err == nil
			})
		}
	}
	work.Wait()
}

// leftover is when a container that doesn't run wrote last or ended, the zero
// time where it never ran. An engine writes a last line that has no end of line
// when it has noted the end.
func (a *attachment) leftover(ctx context.Context, one *attached) (time.Time, error) {
	detail, err := a.inspect(ctx, one)
	if err != nil || detail.FinishedAt.Unix() <= 0 {
		return time.Time{}, err
	}
	engine, err := a.env.engineOf(one.host)
	if err != nil {
		return time.Time{}, err
	}
	last := detail.FinishedAt
	err = engine.Logs(ctx, one.id, hosts.LogOptions{Since: moment(last)}, func(l hosts.LogLine) {
		last = latest(last, l.Time)
	})
	return last, err
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
