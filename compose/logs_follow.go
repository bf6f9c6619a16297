package compose

import (
	"context"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// linger is how long following goes on when no container runs: a restart stops
// one for a moment.
const linger = time.Second

// follow tells what was written so far, then what comes.
func (l *logs) follow(ctx context.Context, s state.Snapshot) error {
	f := &followers{logs: l, ctx: ctx, known: map[string]*follower{}, news: make(chan progress)}
	f.watch()
	replicas := l.replicas(s)
	places, err := l.before(ctx, replicas)
	if err != nil {
		return err
	}
	f.begin(replicas, places)
	if err := f.catchUp(ctx, replicas); err != nil {
		return err
	}
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
	w := &window{out: l.out}
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
				w.add(*n.line, n.at, time.Now())
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

// watch listens for starts on all hosts.
func (f *followers) watch() {
	label := hosts.LabelProject + "=" + f.logs.project
	for _, h := range f.logs.hosts {
		f.logs.running.Go(func() {
			err := h.engine.Events(h.ctx, label, func(e hosts.ContainerEvent) { f.heard(h, e) })
			if h.ctx.Err() == nil {
				h.lose(lost(err, f.logs.patience()))
			}
		})
	}
}

func (f *followers) heard(h *logHost, e hosts.ContainerEvent) {
	c := state.Container{Host: h.name, Container: hosts.Container{
		ID: e.ID, Name: e.Name, Labels: e.Labels, State: hosts.Running,
	}}
	if e.Action == "start" && f.logs.selects(c) {
		f.started(c)
	}
}

func lost(err error, timeout time.Duration) string {
	if err == nil {
		return "the connection ended"
	}
	return reason(err, timeout)
}

// catchUp finds what started before the hosts were listened to.
func (f *followers) catchUp(ctx context.Context, told []state.Container) error {
	known := map[string]bool{}
	for _, c := range told {
		known[place(c)] = alive(c.State)
	}
	s, err := Observe(ctx, f.logs.env)
	if err != nil {
		return err
	}
	for _, c := range f.logs.replicas(s) {
		if f.logs.hosts[c.Host] != nil && alive(c.State) && !known[place(c)] {
			f.started(c)
		}
	}
	return nil
}
