package compose

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// A lock isn't kept on a host that is being deleted: it would go with it, and its
// project be free.
func TestALockIsNotLostWithItsHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		runs := b.one("laptop", "another")
		deleter, user := runs[0], runs[1]
		var told []string
		user.Events = func(e execute.Event) { told = append(told, e.Text+" "+e.Details) }
		deleted := make(chan error)
		b.Inject(fake.Fault{Method: "Delete", Delay: 3 * time.Second})
		go func() { deleted <- DeleteHost(t.Context(), deleter, b.location, "burst-1") }()
		time.Sleep(time.Second)
		held := true
		assert.NilError(t, user.exclusively(t.Context(), "shop", "up", func(ctx context.Context, env *Env) error {
			held = env.held != nil
			assert.ErrorIs(t, env.settled(ctx), errMoved, "and it asks the hosts that there are by then")
			return nil
		}))
		assert.NilError(t, <-deleted)
		assert.Check(t, !held)
		assert.Check(t, cmp.DeepEqual(told, []string{"Waiting for host burst-1: alice@laptop is deleting it"}))
	})
}

// Where the one who deletes a host sees the lock in time it keeps the host, and
// the lock is held.
func TestALockIsSeenByWhoDeletesItsHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		runs := b.one("laptop", "another")
		deleter, user := runs[0], runs[1]
		user.Events = func(execute.Event) {}
		e := b.Engine(hosts.Host{Name: "burst-1", Location: "burst"})
		e.Inject(fake.Fault{Method: "Volumes", Object: labelLock, Nth: 1, Delay: time.Second}) // both look after they have written
		deleted := make(chan error)
		go func() { deleted <- DeleteHost(t.Context(), deleter, b.location, "burst-1") }()
		time.Sleep(100 * time.Millisecond)
		began := time.Now()
		assert.NilError(t, user.exclusively(t.Context(), "shop", "up", func(_ context.Context, env *Env) error {
			assert.Check(t, env.held != nil)
			assert.ErrorIs(t, <-deleted, ErrOccupied)
			assert.Check(t, !drainedNow(b, "burst-1"))
			return nil
		}))
		assert.Check(t, time.Since(began) < 10*time.Second)
		left, err := e.Volumes(t.Context(), labelHolder)
		assert.NilError(t, err)
		assert.Check(t, cmp.Len(left, 0))
	})
}
