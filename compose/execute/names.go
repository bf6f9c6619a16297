package execute

import (
	"context"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

// lease is for how long a container's names are withheld by one request. It is
// renewed while there is need: the names that a run was withholding when it was
// killed are back this soon.
const lease = 30 * time.Second

// withdraw takes a container's names away and waits until nobody has any use for
// what they were told before. The names stay away until end is called and for
// another while, in which the container has gone.
func (r *run) withdraw(ctx context.Context, s plan.Step, name string) (end func(), err error) {
	remembered, end := r.withhold(ctx, s, name)
	select {
	case <-time.After(remembered):
		return end, nil
	case <-ctx.Done():
		return end, ctx.Err()
	}
}

// withhold keeps a container from being found by name until end is called, and
// for up to a lease longer. Where that can't be done the user is told, and the
// run goes on: who asks then may find a container that doesn't answer.
func (r *run) withhold(ctx context.Context, s plan.Step, name string) (remembered time.Duration, end func()) {
	if r.Withhold == nil {
		return 0, func() {}
	}
	remembered, err := r.Withhold(ctx, s.Host, name, lease)
	if err != nil {
		r.warnOfNames(s, name, "Found by name too early or too late", err)
		return 0, func() {}
	}
	over, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		r.renew(ctx, s, name, over)
	}()
	return remembered, func() {
		close(over)
		<-ended // a renewal that is on its way must not undo what follows
	}
}

func (r *run) renew(ctx context.Context, s plan.Step, name string, over <-chan struct{}) {
	tick := time.NewTicker(lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			_, _ = r.Withhold(ctx, s.Host, name, lease) // what fails once is tried again before the lease ends
		case <-over:
			return
		case <-ctx.Done():
			return
		}
	}
}

// announce lets a container be found by its names again.
func (r *run) announce(ctx context.Context, s plan.Step, name string) {
	if r.Withhold == nil {
		return
	}
	if _, err := r.Withhold(ctx, s.Host, name, 0); err != nil {
		r.warnOfNames(s, name, "Found by name only in a while", err)
	}
}

func (r *run) warnOfNames(s plan.Step, name, text string, err error) {
	r.emit(s, Event{ID: "Container " + name, Status: Warning, Text: text, Details: err.Error()})
}
