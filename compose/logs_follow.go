package compose

import (
	"context"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
)

// linger is how long following goes on when no container runs: a restart stops
// one for a moment.
const linger = time.Second

// follow tells what was written so far, then what comes.
func (l *logs) follow(ctx context.Context, replicas []state.Container) error {
	f := &followers{logs: l, ctx: ctx, known: map[string]*follower{}, opened: make(chan struct{}), news: make(chan progress)}
	for _, h := range l.env.Pool {
		l.running.Go(func() { f.attend(h) })
	}
	places, err := l.before(ctx, replicas)
	if err != nil {
		return err
	}
	f.begin(replicas, places)
	return l.live(ctx, f)
}

// before tells what was written so far. Where nothing of it is wanted, it reads
// the last lines all the same, to know where the new ones begin.
func (l *logs) before(ctx context.Context, replicas []state.Container) (map[string]*resume, error) {
	o := l.engineOptions()
	if o.Tail != "0" {
		return l.tell(ctx, replicas, o, l.out)
	}
	o.Tail = "1"
	return l.tell(ctx, replicas, o, func(LogRecord) {})
}

// live tells lines as they come, until no container runs or ctx ends.
func (l *logs) live(ctx context.Context, f *followers) error {
	w := &window[LogRecord]{out: l.out}
	defer w.flush()
	due, idle := time.NewTimer(0), time.NewTimer(linger)
	defer due.Stop()
	defer idle.Stop()
	running := 0
	for {
		select {
		case n := <-f.news:
			if running += n.running; n.running != 0 {
				idle.Reset(linger)
			}
			if n.line != nil {
				w.add(*n.line, len(n.line.Text), n.at, time.Now())
			}
		case <-due.C:
			w.release(time.Now())
		case <-idle.C:
			if running == 0 {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
		if at, ok := w.next(); ok {
			due.Reset(time.Until(at))
		}
	}
}
