package compose

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// burst is a location of up to four machines with room for four containers each,
// that keeps room for four more.
type burst struct {
	*fake.Cloud
	t        *testing.T
	location hosts.Location
	// told is how many calls of the cloud changes has told of.
	told int
	// ready is called when a machine is waited for; nil is one that is ready.
	ready func(m hosts.Machine) error
}

func newBurst(t *testing.T) *burst {
	t.Helper()
	return &burst{Cloud: fake.NewCloud(), t: t, location: hosts.Location{
		Name: "burst", Provider: "fake", Min: 1, Max: 4, RemoveEmpty: true,
		Headroom:   hosts.Headroom{Containers: 4},
		Strategies: []hosts.Strategy{{Name: "max-containers", Value: 4}},
	}}
}

func (b *burst) Locations() []hosts.Location { return []hosts.Location{b.location} }

func (b *burst) Host(l hosts.Location, m hosts.Machine) hosts.Host {
	return hosts.Host{Name: m.Name, Location: l.Name, Machine: &m}
}

func (b *burst) Create(ctx context.Context, l hosts.Location, name, size string) (hosts.Machine, error) {
	return b.Cloud.Create(ctx, hosts.Order{Location: l, Name: name, Size: size})
}

func (b *burst) Ready(_ context.Context, l hosts.Location, m hosts.Machine, _ func(string)) (hosts.Host, error) {
	if b.ready != nil {
		return b.Host(l, m), b.ready(m)
	}
	return b.Host(l, m), nil
}

func (b *burst) Delete(ctx context.Context, _ hosts.Location, m hosts.Machine) error {
	return b.Cloud.Delete(ctx, m)
}

// run is the Env of a run on some machine.
func (b *burst) run(machine string) *Env {
	return &Env{
		Machines: b, Connect: func(h hosts.Host) (Engine, error) { return lockEngine{b.Engine(h)}, nil },
		Locations: map[string]hosts.Location{"burst": b.location},
		Self:      Self{Name: "alice@" + machine, Machine: machine, Process: 1, Gone: func(int) bool { return false }},
	}
}

// load gives a host so many containers, and no others.
func (b *burst) load(host string, n int) {
	b.t.Helper()
	e := b.Engine(hosts.Host{Name: host, Location: "burst"})
	e.Publish("busybox")
	ctx := b.t.Context()
	assert.NilError(b.t, e.PullImage(ctx, "busybox", hosts.PullOptions{}))
	seen, err := e.Observe(ctx)
	assert.NilError(b.t, err)
	for _, c := range seen.Containers {
		assert.NilError(b.t, e.RemoveContainer(ctx, c.ID, true, true))
	}
	for i := range n {
		_, err := e.CreateContainer(ctx, hosts.ContainerSpec{Name: fmt.Sprint("c", i), Config: &container.Config{Image: "busybox"}})
		assert.NilError(b.t, err)
	}
}

// changes are the machines made and deleted since it was asked last.
func (b *burst) changes() string {
	var all []string
	calls := b.Calls()
	for _, c := range calls[b.told:] {
		if c.Method == "Create" || c.Method == "Delete" {
			all = append(all, c.Method+" "+c.Object)
		}
	}
	b.told = len(calls)
	return strings.Join(all, ", ")
}

// watch looks once a minute for so long, as `hosts autoscale --watch` does.
func (b *burst) watch(spare map[string]time.Time, d time.Duration) (failed int) {
	for began := time.Now(); time.Since(began) < d; time.Sleep(time.Minute) {
		o := ResizeOptions{Yes: true, Delay: 10 * time.Minute, Spare: spare}
		if _, err := Resize(b.t.Context(), b.run("laptop"), o); err != nil {
			failed++
		}
	}
	return failed
}

func TestHostsFollowTheLoadOverTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, spare := newBurst(t), map[string]time.Time{}
		b.watch(spare, time.Minute)
		assert.Check(t, cmp.Equal(b.changes(), "Create burst-1"))

		b.load("burst-1", 4)
		b.watch(spare, time.Minute)
		assert.Check(t, cmp.Equal(b.changes(), "Create burst-2"), "the headroom")

		for range 10 { // it comes and goes, and nothing is made or deleted
			b.load("burst-1", 0)
			b.watch(spare, 5*time.Minute)
			b.load("burst-1", 4)
			b.watch(spare, 5*time.Minute)
		}
		assert.Check(t, cmp.Equal(b.changes(), ""))

		b.load("burst-1", 0)
		b.watch(spare, 10*time.Minute)
		assert.Check(t, cmp.Equal(b.changes(), ""))
		b.watch(spare, 2*time.Minute)
		assert.Check(t, cmp.Equal(b.changes(), "Delete burst-2"))
		b.watch(spare, time.Hour)
		assert.Check(t, cmp.Equal(b.changes(), ""))
	})
}

func TestALocationMayKeepEmptyHostsForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		b.location.RemoveDelay = 15 * time.Minute
		b.watch(nil, time.Minute)
		b.load("burst-1", 4)
		b.watch(nil, time.Minute)
		b.load("burst-1", 0)
		b.changes()
		shrink := func() { _, err := Resize(t.Context(), b.run("laptop"), ResizeOptions{}); assert.NilError(t, err) }
		shrink()
		time.Sleep(13 * time.Minute)
		shrink()
		assert.Check(t, cmp.Equal(b.changes(), ""))
		time.Sleep(2 * time.Minute)
		shrink()
		assert.Check(t, cmp.Equal(b.changes(), "Delete burst-2"))
	})
}

func TestACloudThatFailsForAWhileIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, spare := newBurst(t), map[string]time.Time{}
		b.watch(spare, time.Minute)
		b.load("burst-1", 4)
		b.changes()
		b.Inject(fake.Fault{Method: "List", Kind: fake.Unreachable, Text: "503"})
		assert.Check(t, cmp.Equal(b.watch(spare, 30*time.Minute), 30))
		b.Heal()
		b.Inject(fake.Fault{Method: "Create", Kind: fake.Unreachable, Text: "503"})
		assert.Check(t, b.watch(spare, 10*time.Minute) > 0)
		b.Heal()
		b.changes()
		assert.Check(t, cmp.Equal(b.watch(spare, time.Minute), 0))
		assert.Check(t, cmp.Equal(b.changes(), "Create burst-2"))
	})
}

// A host may be about to be used by a run that has looked at it before it was
// marked: as long as such a run lives, none is deleted.
func TestNoHostIsDeletedWhileAnotherRunIsAtWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		b.watch(nil, time.Minute)
		b.load("burst-1", 4)
		b.watch(nil, time.Minute)
		b.load("burst-1", 0)
		b.changes()

		ctx, lose := context.WithCancel(t.Context())
		other := b.run("another")
		_, err := other.list(ctx)
		assert.NilError(t, err)
		working, done := make(chan *Env), make(chan error)
		go func() {
			done <- other.exclusively(ctx, "shop", "up", func(ctx context.Context, held *Env) error {
				working <- held
				<-ctx.Done()
				return nil
			})
		}()
		held := <-working
		shrink := func() error { _, err := Resize(t.Context(), b.run("laptop"), ResizeOptions{}); return err }
		assert.NilError(t, shrink())
		assert.Check(t, cmp.Equal(b.changes(), ""))
		assert.Check(t, !drainedNow(b, "burst-2"), "it is in use again")
		env := b.run("laptop")
		_, err = env.list(t.Context())
		assert.NilError(t, err)
		assert.ErrorContains(t, DeleteHost(t.Context(), env, b.location, "burst-2"), "project shop is being changed by alice@another (up, process 1)")

		// A laptop that is shut gives nothing back, and is not heard of any more.
		held.held.stop()
		held.held.work.Wait()
		assert.NilError(t, shrink())
		assert.Check(t, cmp.Equal(b.changes(), "Delete burst-2"))
		lose()
		assert.NilError(t, <-done)
	})
}

func drainedNow(b *burst, host string) bool {
	seen, err := b.Engine(hosts.Host{Name: host, Location: "burst"}).Observe(b.t.Context())
	assert.NilError(b.t, err)
	return drained(seen)
}

// Two that delete one host: the second leaves it to the first, whose mark it
// doesn't take away.
func TestAHostIsDeletedByOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		b.watch(nil, time.Minute)
		first, second := b.run("laptop"), b.run("another")
		for _, env := range []*Env{first, second} {
			_, err := env.list(t.Context())
			assert.NilError(t, err)
		}
		got, err := first.markLeaving(t.Context(), first.Pool[0])
		assert.NilError(t, err)
		assert.Check(t, cmp.Equal(got.other, ""))
		err = DeleteHost(t.Context(), second, b.location, "burst-1")
		assert.Check(t, errors.Is(err, ErrOccupied))
		assert.ErrorContains(t, err, "alice@laptop is deleting it")
		assert.Check(t, drainedNow(b, "burst-1"))

		time.Sleep(deletionTime + time.Second) // the first has died
		assert.NilError(t, DeleteHost(t.Context(), second, b.location, "burst-1"))
	})
}

// That a host is kept leaves the mark of a user who has drained it.
func TestAHostThatIsKeptStaysDrained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		b.watch(nil, time.Minute)
		b.load("burst-1", 1)
		env := b.run("laptop")
		_, err := env.list(t.Context())
		assert.NilError(t, err)
		assert.NilError(t, Drain(t.Context(), env, "burst-1"))
		assert.ErrorContains(t, DeleteHost(t.Context(), env, b.location, "burst-1"), "container c0 is on it")
		assert.Check(t, drainedNow(b, "burst-1"))
	})
}

// Another run deletes a machine that this one makes a host: whether it is made
// again follows from what is there then.
func TestAMachineThatIsDeletedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, env, warned := newBurst(t), (*Env)(nil), ""
		losses := 0
		b.ready = func(m hosts.Machine) error {
			if losses--; losses < 0 {
				return nil
			}
			assert.NilError(t, b.Delete(t.Context(), b.location, m))
			return fmt.Errorf("machine %s: %w", m.Name, hosts.ErrGone)
		}
		resize := func(n int) string {
			env, losses, warned = b.run("laptop"), n, ""
			env.Warn = func(text string) { warned += text }
			_, err := Resize(t.Context(), env, ResizeOptions{Yes: true})
			assert.NilError(t, err)
			return b.changes()
		}
		assert.Check(t, cmp.Equal(resize(1), "Create burst-1, Delete burst-1, Create burst-1"))
		assert.Check(t, cmp.Equal(warned, ""))

		assert.NilError(t, MakeHosts(t.Context(), env, []plan.MakeHost{{Location: b.location, Name: "burst-2", Begun: true}}))
		assert.Check(t, cmp.Equal(b.changes(), ""), "what was to be finished is gone, and isn't made anew")

		b.load("burst-1", 4)
		assert.Check(t, cmp.Equal(resize(99), strings.TrimSuffix(strings.Repeat("Create burst-2, Delete burst-2, ", mostLost), ", ")))
		assert.Check(t, cmp.Equal(warned, "location burst: machine burst-2 was deleted 3 times while this run made it a host"))

		losses = 1
		_, err := CreateHosts(t.Context(), b.run("laptop"), HostOrder{Location: b.location, Names: []string{"burst-3"}, Yes: true})
		assert.Error(t, err, "host burst-3: somebody has deleted it meanwhile")
	})
}

// What another run has ordered is waited for, and counts: no other is made beside it.
func TestAMachineThatIsComingIsHeadroom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		b.watch(nil, time.Minute)
		b.load("burst-1", 4)
		b.Inject(fake.Fault{Method: "Boot", Object: "burst-2", Delay: time.Minute})
		_, err := b.Create(t.Context(), b.location, "burst-2", "")
		assert.NilError(t, err)
		b.changes()
		b.ready = func(hosts.Machine) error { time.Sleep(time.Minute); return nil }
		_, err = Resize(t.Context(), b.run("laptop"), ResizeOptions{Yes: true})
		assert.NilError(t, err)
		assert.Check(t, cmp.Equal(b.changes(), "Create burst-2"), "finished")
	})
}

// What a run learns while it holds a project's lock is known afterwards, too: that
// the user has agreed to machines, and which have failed.
func TestWhatIsLearntUnderALockIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		b.watch(nil, time.Minute)
		run := b.run("laptop")
		_, err := run.list(t.Context())
		assert.NilError(t, err)
		assert.NilError(t, run.exclusively(t.Context(), "shop", "up", func(_ context.Context, held *Env) error {
			held.grown().agreed = 3
			held.setPool(nil)
			return nil
		}))
		assert.Equal(t, run.grown().agreed, 3)
		assert.Equal(t, len(run.Pool), 0)
	})
}

// A yes is to so many machines: what turns out to be too few isn't made good
// without another one, and what has failed is.
func TestMachinesAreAgreedToOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		run := b.run("laptop")
		var asked []string
		run.Confirm = func(question string) (bool, error) {
			asked = append(asked, question[:1])
			return true, nil
		}
		grow := func(names ...string) {
			var makes []plan.MakeHost
			for _, name := range names {
				makes = append(makes, plan.MakeHost{Location: b.location, Name: name})
			}
			assert.NilError(t, run.agreeTo(makes, false))
			assert.NilError(t, MakeHosts(t.Context(), run, makes))
		}
		b.ready = func(m hosts.Machine) error {
			if m.Name == "burst-1" {
				return errors.New("no disk")
			}
			return nil
		}
		grow("burst-1", "burst-2")
		grow("burst-3")
		assert.Check(t, cmp.DeepEqual(asked, []string{"2"}), "in the place of the one that failed")
		grow("burst-4")
		assert.Check(t, cmp.DeepEqual(asked, []string{"2", "1"}))
	})
}

// A down waits for no machine that the up of another project is making, and
// finishes one that a killed run has left.
func TestADownLeavesWhatOthersMakeToThem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBurst(t)
		runs := b.one("laptop", "another")
		b.Inject(fake.Fault{Method: "Boot", Object: "burst-2", Delay: time.Hour})
		_, err := b.Create(t.Context(), b.location, "burst-2", "")
		assert.NilError(t, err)
		b.changes()
		b.ready = func(hosts.Machine) error { time.Sleep(time.Hour); return nil }
		shrink := func() time.Duration {
			began := time.Now()
			_, err := Resize(t.Context(), runs[0], ResizeOptions{Shrink: true})
			assert.NilError(t, err)
			return time.Since(began)
		}
		assert.NilError(t, runs[1].exclusively(t.Context(), "shop", "up", func(context.Context, *Env) error {
			assert.Check(t, shrink() < time.Minute)
			return nil
		}))
		assert.Check(t, cmp.Equal(b.changes(), ""))
		assert.Check(t, shrink() >= time.Hour)
		assert.Check(t, cmp.Equal(b.changes(), "Create burst-2, Delete burst-2"))
	})
}
