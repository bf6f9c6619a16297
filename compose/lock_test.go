package compose

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// pool is several runs' view of the same engines.
type lockPool struct {
	hosts   []hosts.Host
	engines map[string]*fake.Engine
}

func newLockPool(names ...string) *lockPool {
	p := &lockPool{engines: map[string]*fake.Engine{}}
	for _, name := range names {
		h := hosts.Host{Name: name}
		p.hosts = append(p.hosts, h)
		p.engines[name] = fake.New(h)
	}
	return p
}

// run is the Env of one run; its process is gone where it is 0.
func (p *lockPool) run(process int, told *[]string) *Env {
	var mu sync.Mutex
	return &Env{
		Pool:    p.hosts,
		Connect: func(h hosts.Host) (Engine, error) { return lockEngine{p.engines[h.Name]}, nil },
		Events: func(e execute.Event) {
			mu.Lock()
			defer mu.Unlock()
			if told != nil {
				*told = append(*told, e.Text+" "+e.Details)
			}
		},
		Self:   Self{Name: "alice@laptop", Machine: "here", Process: process, Gone: func(n int) bool { return n == 0 }},
		timing: lockTiming{Beat: 20 * time.Millisecond, Stale: 250 * time.Millisecond, Poll: 5 * time.Millisecond, Patience: 5 * time.Second},
	}
}

// lockEngine is what a lock needs of an engine.
type lockEngine struct{ *fake.Engine }

func (p *lockPool) volumes(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, h := range p.hosts {
		list, err := p.engines[h.Name].Volumes(t.Context(), labelLock)
		assert.NilError(t, err)
		for _, v := range list {
			names = append(names, v.Name)
		}
	}
	return names
}

func TestLockCostsTwoRequests(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newLockPool("h1", "h2")
	p.engines["h1"].ForgetCalls()
	err := p.run(1, nil).exclusively(t.Context(), "shop", "up", func(context.Context, *Env) error { return nil })
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(fmt.Sprint(p.engines["h1"].Calls()), "[ClaimVolume clocker-lock_shop RemoveVolume clocker-lock_shop]"))
	assert.Check(t, cmp.Len(p.engines["h2"].Calls(), 0))
}

// TestLockOneAtATime: of many runs on one project, one acts at a time, and all do.
func TestLockOneAtATime(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newLockPool("h1", "h2", "h3")
	var acting, acted atomic.Int32
	var runs sync.WaitGroup
	for i := range 12 {
		runs.Go(func() {
			err := p.run(i+1, nil).exclusively(t.Context(), "shop", "up", func(ctx context.Context, env *Env) error {
				assert.Check(t, cmp.Equal(acting.Add(1), int32(1)))
				_, err := Observe(ctx, env)
				time.Sleep(10 * time.Millisecond)
				acting.Add(-1)
				acted.Add(1)
				return err
			})
			assert.Check(t, err)
		})
	}
	runs.Wait()
	assert.Check(t, cmp.Equal(acted.Load(), int32(12)))
	assert.Check(t, cmp.Len(p.volumes(t), 0))
}

func TestLockSaysWhoHoldsIt(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newLockPool("h1")
	holding, done := make(chan struct{}), make(chan struct{})
	first := make(chan error, 1)
	go func() {
		first <- p.run(4711, nil).exclusively(t.Context(), "shop", "up", func(context.Context, *Env) error {
			close(holding)
			<-done
			return nil
		})
	}()
	<-holding
	var told []string
	other := p.run(2, &told)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond) // longer than a dead one may be silent
	defer cancel()
	err := other.exclusively(ctx, "shop", "down", func(context.Context, *Env) error { return errors.New("it acts") })
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Assert(t, cmp.Len(told, 1))
	assert.Check(t, strings.HasPrefix(told[0], "Waiting for alice@laptop (up, process 4711), since "), told[0])
	assert.NilError(t, other.exclusively(t.Context(), "other", "up", func(context.Context, *Env) error { return nil }), "another project is free")
	close(done)
	assert.NilError(t, <-first)
	assert.Check(t, cmp.Len(p.volumes(t), 0))
}

// searched finds the host for the lock, and takes it there.
func searched(t *testing.T, env *Env) (*lock, error) {
	t.Helper()
	s := &search{Env: env, project: "shop", command: "up", asked: map[string]time.Time{}}
	defer s.clearing.Wait()
	return s.find(t.Context())
}

// die makes a run end without giving anything back, as kill -9 does.
func (p *lockPool) die(t *testing.T, process int) {
	t.Helper()
	l, err := p.run(process, nil).lockOn(t.Context(), "h1", "shop", "up")
	assert.NilError(t, err)
	l.beat(t.Context())
}

func TestLockOfADeadProcessIsTakenOverAtOnce(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newLockPool("h1")
	p.die(t, 0)
	var told []string
	env := p.run(1, &told)
	env.timing.Stale = time.Hour
	assert.NilError(t, env.exclusively(t.Context(), "shop", "up", func(context.Context, *Env) error { return nil }))
	assert.Assert(t, cmp.Len(told, 1))
	assert.Check(t, strings.HasPrefix(told[0], "Taken over from alice@laptop (up, process 0)"), told[0])
	assert.Check(t, cmp.Len(p.volumes(t), 0), "what the dead one left is gone too")
}

// TestLockOfASilentHolder: it is taken over by one of those who wait, after a
// while, and those who took over and died are followed in turn.
func TestLockOfASilentHolder(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newLockPool("h1")
	p.die(t, 4711)
	second := p.run(4712, nil)
	l, err := second.lockOn(t.Context(), "h1", "shop", "up")
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(l.names[0], "clocker-lock_shop")) // and it dies with the lock, too

	var acting atomic.Int32
	var runs sync.WaitGroup
	start := time.Now()
	for i := range 5 {
		runs.Go(func() {
			err := p.run(i+1, nil).exclusively(t.Context(), "shop", "up", func(context.Context, *Env) error {
				assert.Check(t, cmp.Equal(acting.Add(1), int32(1)))
				time.Sleep(5 * time.Millisecond)
				acting.Add(-1)
				return nil
			})
			assert.Check(t, err)
		})
	}
	runs.Wait()
	assert.Check(t, time.Since(start) >= 250*time.Millisecond)
	assert.Check(t, cmp.Len(p.volumes(t), 0))
}

// TestLockIsLost: a run that was thought dead, because it was suspended, ends
// instead of going on beside the one that took over.
func TestLockIsLost(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newLockPool("h1")
	err := p.run(1, nil).exclusively(t.Context(), "shop", "up", func(ctx context.Context, env *Env) error {
		_, err := p.engines["h1"].ClaimVolume(ctx, hosts.VolumeSpec{
			Name: successorName(env.held.me), Labels: Holder{ID: "other", Project: "shop"}.labels(),
		})
		assert.NilError(t, err)
		<-ctx.Done()
		return ctx.Err()
	})
	assert.ErrorIs(t, err, errTakenOver)
	assert.Check(t, len(p.volumes(t)) >= 2, "what is the other's to give back stays: %v", p.volumes(t))
}

func TestLockGoesWithAnInterruptedRun(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newLockPool("h1")
	ctx, cancel := context.WithCancel(t.Context())
	err := p.run(1, nil).exclusively(ctx, "shop", "up", func(ctx context.Context, _ *Env) error {
		cancel()
		return ctx.Err()
	})
	assert.ErrorIs(t, err, context.Canceled)
	assert.Check(t, cmp.Len(p.volumes(t), 0))

	// Also where the answer to the claim was lost.
	p.engines["h1"].Inject(fake.Fault{Method: "ClaimVolume", Kind: fake.Broken, After: true, Nth: 1})
	_, err = searched(t, p.run(1, nil))
	assert.NilError(t, err)
	assert.Check(t, cmp.Len(p.volumes(t), 0))
}

// TestLockOnTheNextHost: where the first host doesn't answer one run, and does
// answer another, they find each other's lock all the same.
func TestLockOnTheNextHost(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newLockPool("h1", "h2")
	p.engines["h1"].Inject(fake.Fault{Kind: fake.Unreachable})
	l, err := searched(t, p.run(1, nil))
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(l.host, "h2"))
	p.engines["h1"].Heal()

	acted := make(chan error, 1)
	go func() {
		acted <- p.run(2, nil).exclusively(t.Context(), "shop", "up", func(ctx context.Context, env *Env) error {
			_, err := Observe(ctx, env)
			return err
		})
	}()
	select {
	case err := <-acted:
		t.Fatalf("it acts while another holds the project: %v", err)
	case <-time.After(100 * time.Millisecond):
	}
	assert.NilError(t, l.release(t.Context()))
	assert.NilError(t, <-acted)
	assert.Check(t, cmp.Len(p.volumes(t), 0))
}

func TestNoHostKeepsALock(t *testing.T) {
	defer goleak.VerifyNone(t)
	p := newLockPool("h1")
	p.engines["h1"].Inject(fake.Fault{Kind: fake.Unreachable})
	err := p.run(1, nil).exclusively(t.Context(), "shop", "up", func(context.Context, *Env) error { return errors.New("what is wrong") })
	assert.Error(t, err, "what is wrong")
}

// Hosts that hang are waited for once, whatever is asked of them, and all at once.
func TestHostsThatHangCostOneTimeout(t *testing.T) {
	for _, c := range []struct {
		hang []string
		want time.Duration
	}{
		{nil, 0},
		{[]string{"h1"}, 10 * time.Second},
		{[]string{"h3"}, 10 * time.Second},
		{[]string{"h1", "h2"}, 15 * time.Second},
		{[]string{"h1", "h2", "h3"}, 15 * time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := newLockPool("h1", "h2", "h3")
			for _, host := range c.hang {
				p.engines[host].Inject(fake.Fault{Delay: time.Hour})
			}
			began := time.Now()
			err := p.run(1, nil).exclusively(t.Context(), "shop", "down", func(ctx context.Context, env *Env) error {
				s, err := Observe(ctx, env)
				assert.Check(t, cmp.Len(s.Absent(), len(c.hang)))
				for _, h := range s.Absent() {
					assert.Check(t, cmp.Equal(h.Status.Reason, "no answer in 10s"))
				}
				return err
			})
			assert.NilError(t, err)
			assert.Check(t, cmp.Equal(time.Since(began), c.want), "%v", c.hang)
		})
	}
}
