package machines

import (
	"context"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// roster lists the machines of a location for all who wait for one of them, so
// that waiting costs one request at a time, however many machines are made.
type roster struct {
	list func(context.Context) ([]hosts.Machine, error)
	poll time.Duration

	mu   sync.Mutex
	at   time.Time
	last []hosts.Machine
}

// roster is that of a location.
func (m *Machines) roster(l hosts.Location) *roster {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, ok := m.rosters[l.Name]
	if !ok {
		r = &roster{list: func(ctx context.Context) ([]hosts.Machine, error) { return m.List(ctx, l) }, poll: m.o.Poll}
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
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.at.After(asked) {
		return r.last, nil
	}
	all, err := r.list(ctx)
	if err == nil {
		r.last, r.at = all, time.Now()
	}
	return all, err
}
