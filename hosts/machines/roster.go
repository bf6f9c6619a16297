package machines

import (
	"context"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// roster lists the machines of a location for all who wait for one of them, so
// that waiting costs one request at a time, however many machines are made.
type roster struct {
	list func(context.Context) ([]hosts.Machine, error)
	poll time.Duration

	// turn is whose it is to list: whoever has put something into it.
	turn chan struct{}
	at   time.Time
	last []hosts.Machine
}

// roster is that of a location.
func (m *Machines) roster(l hosts.Location) *roster {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.rosters[l.Name]
	if !ok {
		r = &roster{poll: m.o.Poll, turn: make(chan struct{}, 1), list: func(ctx context.Context) ([]hosts.Machine, error) {
			ctx, cancel := context.WithTimeout(ctx, l.ListTimeout())
			defer cancel()
			return m.List(ctx, l)
		}}
		m.rosters[l.Name] = r
	}
	return r
}

// next waits for the time of one poll, and returns a list that is no older than that.
func (r *roster) next(ctx context.Context) ([]hosts.Machine, error) {
	asked := time.Now()
	if err := pause(ctx, r.poll); err != nil {
		return nil, err
	}
	select {
	case r.turn <- struct{}{}:
		defer func() { <-r.turn }()
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if r.at.After(asked) {
		return r.last, nil
	}
	all, err := r.list(ctx)
	if err == nil {
		r.last, r.at = all, time.Now()
	}
	return all, err
}
