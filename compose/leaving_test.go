package compose

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// one has a host, and so many runs that know it, each on a machine of its own.
func (b *burst) one(names ...string) []*Env {
	b.t.Helper()
	b.watch(nil, time.Minute)
	b.changes()
	var all []*Env
	for _, name := range names {
		env := b.run(name)
		_, err := env.list(b.t.Context())
		assert.NilError(b.t, err)
		all = append(all, env)
	}
	return all
}

// busyFabric calls leave while a host is taken off it.
type busyFabric struct {
	execute.Fabric
	leave func()
}

func (f busyFabric) Leave(context.Context, hosts.Host, []hosts.Host) error {
	f.leave()
	return nil
}

// Of two that delete one host, the later one finds it gone, and is content.
func TestAHostThatAnotherRunHasDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		run := b.one("laptop")[0]
		assert.NilError(t, b.Delete(t.Context(), b.location, *run.Pool[0].Machine))
		assert.NilError(t, DeleteHost(t.Context(), run, b.location, "burst-1"))
		assert.Check(t, cmp.Len(run.Pool, 0))
	})
}

// A host that stops answering costs a time that is bounded.
func TestAHostThatHangsWhileItIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		run := b.one("laptop")[0]
		b.Engine(run.Pool[0]).Inject(fake.Fault{Delay: time.Hour})
		began := time.Now()
		assert.ErrorContains(t, DeleteHost(t.Context(), run, b.location, "burst-1"), "deadline exceeded")
		assert.Check(t, time.Since(began) <= 2*observeTimeout)
	})
}

// A run was killed that had marked a host. Whoever goes on marks it anew: where a
// project is changed meanwhile whose run takes the host into use, one of the two
// sees the other.
func TestAMarkThatWasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		runs := b.one("laptop", "laptop")
		killed := b.run("laptop")
		killed.Self.Process = 2
		_, err := killed.markLeaving(t.Context(), runs[0].Pool[0])
		assert.NilError(t, err)
		for _, run := range runs {
			run.Self.Gone = func(process int) bool { return process == 2 }
		}
		deleter, user := runs[0], runs[1]
		user.Self.Process = 3
		used := false
		deleter.Fabric = busyFabric{leave: func() { // an up begins now
			seen, err := Observe(t.Context(), user)
			assert.NilError(t, err)
			assert.NilError(t, user.reclaim(t.Context(), seen))
			used = seen.Host("burst-1").Host.Availability == hosts.Active
		}}
		err = DeleteHost(t.Context(), deleter, b.location, "burst-1")
		assert.Check(t, !used || errors.Is(err, ErrOccupied), "it is deleted under the up")
		assert.NilError(t, err)
	})
}

// A laptop was shut in the middle of a deletion. When it wakes others have taken
// the host for theirs, and it stays.
func TestALaptopThatSleptWhileItDeletedAHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		runs := b.one("laptop", "another")
		runs[0].Fabric = busyFabric{leave: func() {
			at := time.Now()
			b.load("burst-1", 0)
			time.Sleep(deletionTime - 2*time.Minute)
			assert.ErrorContains(t, Activate(t.Context(), runs[1], "burst-1"), "alice@laptop is deleting it")
			assert.ErrorContains(t, Drain(t.Context(), runs[1], "burst-1"), "alice@laptop is deleting it")
			e := b.Engine(runs[1].Pool[0])
			assert.NilError(t, e.RemoveVolume(t.Context(), drainMark)) // as after deletionTime, which contexts that sleep don't see
			assert.Check(t, time.Since(at) < deletionTime-time.Minute)
		}}
		err := DeleteHost(t.Context(), runs[0], b.location, "burst-1")
		assert.ErrorIs(t, err, ErrOccupied)
		assert.ErrorContains(t, err, takenAgain)
		assert.Check(t, cmp.Equal(b.changes(), ""))
	})
}

// A run that knows hosts which this one doesn't may hold its lock on one of those.
// What it places on a host that is about to be deleted is seen.
func TestAHostThatIsUsedWhileItIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		run := b.one("laptop")[0]
		run.Fabric = busyFabric{leave: func() { b.load("burst-1", 1) }}
		err := DeleteHost(t.Context(), run, b.location, "burst-1")
		assert.ErrorIs(t, err, ErrOccupied)
		assert.ErrorContains(t, err, "container c0 is on it")
		assert.Check(t, !drainedNow(b, "burst-1"))
		assert.Check(t, cmp.Equal(b.changes(), ""))
	})
}

// Where the laptop doesn't wake the host is taken into use again, or drained.
func TestAHostWhoseDeletionWasGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		runs := b.one("laptop", "another")
		give := func() {
			_, err := runs[0].markLeaving(t.Context(), runs[0].Pool[0])
			assert.NilError(t, err)
			time.Sleep(deletionTime + time.Second)
		}
		give()
		seen, err := Observe(t.Context(), runs[1])
		assert.NilError(t, err)
		assert.NilError(t, runs[1].reclaim(t.Context(), seen))
		assert.Check(t, !drainedNow(b, "burst-1"))
		give()
		assert.NilError(t, Activate(t.Context(), runs[1], "burst-1"))
		assert.Check(t, !drainedNow(b, "burst-1"))
		give()
		assert.NilError(t, Drain(t.Context(), runs[1], "burst-1"))
		assert.NilError(t, runs[1].reclaim(t.Context(), seen))
		assert.Check(t, drainedNow(b, "burst-1"), "by the user")
	})
}

// A watch whose cloud refuses a deletion tries again at its next look.
func TestADeletionThatTheCloudRefusesIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		run := b.one("laptop")[0]
		b.Inject(fake.Fault{Method: "Delete", Nth: 1, Kind: fake.Broken, Text: "503"})
		assert.ErrorContains(t, DeleteHost(t.Context(), run, b.location, "burst-1"), "503")
		time.Sleep(time.Minute)
		assert.NilError(t, DeleteHost(t.Context(), run, b.location, "burst-1"))
	})
}

// A down that has listed a host which another run then deletes isn't kept from
// its end by that.
func TestADownWhileAnotherRunDeletesHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		run := b.one("laptop")[0]
		run.Events = func(execute.Event) {}
		assert.NilError(t, b.Delete(t.Context(), b.location, *run.Pool[0].Machine))
		assert.NilError(t, Down(t.Context(), run, DownOptions{Project: "shop"}))

		run = b.one("laptop")[0]
		b.Engine(run.Pool[0]).Inject(fake.Fault{Kind: fake.Unreachable})
		assert.ErrorContains(t, Down(t.Context(), run, DownOptions{Project: "shop"}), "burst-1", "it is there, and doesn't answer")
	})
}
