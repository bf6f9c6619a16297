package compose

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// errTakenOver is the cause of the end of a run that others took for dead.
var errTakenOver = errors.New("another run has taken the project over, because this one wasn't heard of for too long; run the command again")

// lockTiming is how lively a holder is, and how patient those are who wait.
type lockTiming struct {
	// Beat is how often a holder shows that it lives, Stale how long one may be
	// silent, Poll how often those who wait look, and Patience what a host may
	// take to answer before the next one keeps the lock.
	Beat, Stale, Poll, Patience time.Duration
}

func (e *Env) lockTiming() lockTiming {
	if e.timing != (lockTiming{}) {
		return e.timing
	}
	return lockTiming{Beat: 5 * time.Second, Stale: 20 * time.Second, Poll: time.Second, Patience: 5 * time.Second}
}

// lock is a project that this run holds: volumes on one host. The first that
// answers in the order of names keeps it, so that all runs ask the same one.
type lock struct {
	lockTiming
	engine Engine
	host   string
	me     Holder
	since  time.Time
	// names are the volumes that go with the lock; taken says that they are
	// another run's to remove.
	names []string
	taken bool
	// beats counts those that there have been.
	beats int

	stop context.CancelFunc
	work sync.WaitGroup
}

// exclusively runs act while no other run of this program changes the project.
// It waits for the one that does, and says for whom. act is given an Env that
// knows of the lock, and observes before it changes anything; its context ends
// where the lock is lost.
func (e *Env) exclusively(ctx context.Context, project, command string, act func(context.Context, *Env) error) error {
	for {
		err := e.duringLock(ctx, project, command, act)
		other, elsewhere := errors.AsType[*heldElsewhere](err)
		if !elsewhere {
			return err
		}
		// Nothing is held while another run is waited for, so that no two wait for each other.
		passed, err := e.lockOn(ctx, other.host, project, command)
		if err != nil {
			return err
		}
		if err := passed.release(ctx); err != nil {
			return err
		}
	}
}

// during runs act while the lock is held, and gives it back. No lock, where no
// host can keep one, is none to hold: what act meets tells that better.
func (l *lock) during(ctx context.Context, e *Env, act func(context.Context, *Env) error) error {
	if l == nil {
		return act(ctx, e)
	}
	holding, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	l.keepAlive(holding, cancel)
	held := *e
	held.held, held.outer, held.growth = l, e, e.grown()
	err := act(holding, &held)
	if errors.Is(context.Cause(holding), errTakenOver) {
		err = errTakenOver
	}
	return errors.Join(err, l.release(ctx))
}

// lockOn takes the project on one host, where it waits for its turn.
func (e *Env) lockOn(ctx context.Context, host, project, command string) (*lock, error) {
	l, abandon, err := e.tryLock(ctx, host, project, command)
	if err != nil {
		abandon()
		return nil, err
	}
	return l, nil
}

// tryLock is lockOn that leaves to its caller, where it fails, to abandon what a
// claim may have won whose answer didn't arrive.
func (e *Env) tryLock(ctx context.Context, host, project, command string) (_ *lock, abandon func(), _ error) {
	engine, err := e.engineOf(host)
	if err != nil {
		return nil, func() {}, err
	}
	l := &lock{lockTiming: e.lockTiming(), engine: engine, host: host, since: time.Now(), me: Holder{
		ID: rand.Text(), Project: project, Command: command, Who: e.Self.Name, Machine: e.Self.Machine, Process: e.Self.Process,
		Since: time.Now().UTC().Truncate(time.Second),
	}}
	first, err := l.claim(ctx, lockName(project))
	switch {
	case err != nil:
	case first.Labels[labelHolder] == l.me.ID:
		l.names = []string{lockName(project)}
	default:
		err = l.queue(ctx, e)
	}
	if err == nil {
		err = l.outlast(ctx, e)
	}
	l.since = time.Now()
	return l, func() { l.abandon(ctx) }, err
}

// claim asks for a name, for as long as a host may take to answer.
func (l *lock) claim(ctx context.Context, name string) (hosts.Volume, error) {
	ctx, cancel := context.WithTimeout(ctx, l.Patience)
	defer cancel()
	return l.engine.ClaimVolume(ctx, hosts.VolumeSpec{Name: name, Labels: l.me.labels()})
}

// queue waits until the project is free, or its holder is known to be dead.
func (l *lock) queue(ctx context.Context, e *Env) error {
	var silence watch
	for told := ""; ; {
		list, err := l.list(ctx)
		if err != nil {
			return fmt.Errorf("wait for the project's lock: %w", err)
		}
		c := readChain(l.me.Project, list)
		if c.holder == nil || e.dead(*c.holder) || silence.unchanged(c.pulse()) >= l.Stale {
			if won, err := l.follow(ctx, c); won || err != nil {
				e.tellLock(l.me.Project, c.holder, told != "")
				return err
			}
		}
		if c.holder != nil && told != c.holder.ID {
			told = c.holder.ID
			e.Events(execute.Event{ID: "Project " + l.me.Project, Status: execute.Working, Text: "Waiting", Details: "for " + c.holder.String()})
		}
		select {
		case <-time.After(l.Poll):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// follow claims the project after its last holder. Winning the name isn't all:
// it counts while the names before it are there, which whoever held the project
// meanwhile may have given back.
func (l *lock) follow(ctx context.Context, c chain) (won bool, err error) {
	v, err := l.claim(ctx, c.next)
	if err != nil || v.Labels[labelHolder] != l.me.ID {
		return false, err
	}
	list, err := l.list(ctx)
	if err != nil {
		return false, err
	}
	now := readChain(l.me.Project, list)
	if now.holder == nil || now.holder.ID != l.me.ID {
		return false, l.remove(ctx, c.next)
	}
	l.names = append(now.names, now.beats...)
	return true, nil
}

// abandon takes back what a claim may have won whose answer didn't arrive.
func (l *lock) abandon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.Patience)
	defer cancel()
	list, err := l.list(ctx)
	if err != nil {
		return
	}
	if c := readChain(l.me.Project, list); c.holder != nil && c.holder.ID == l.me.ID {
		_ = l.remove(ctx, slices.Concat(c.names, l.names)...)
	}
}

// dead tells that a holder ran on this machine, and its process is gone.
func (e *Env) dead(h Holder) bool {
	return h.Machine != "" && h.Machine == e.Self.Machine && e.Self.Gone != nil && e.Self.Gone(h.Process)
}

// tellLock tells that the wait is over, if there was one, and whose lock was
// taken over.
func (e *Env) tellLock(project string, holder *Holder, waited bool) {
	event := execute.Event{ID: "Project " + project, Status: execute.Done, Text: "Free"}
	if holder != nil {
		event.Text, event.Details = "Taken over", "from "+holder.String()+", which has ended without giving it back"
	}
	if waited || holder != nil {
		e.Events(event)
	}
}

func (l *lock) list(ctx context.Context) ([]hosts.Volume, error) {
	ctx, cancel := context.WithTimeout(ctx, l.Patience)
	defer cancel()
	return l.engine.Volumes(ctx, labelLock+"="+l.me.Project)
}

// keepAlive shows from time to time that the holder lives, and ends its run
// where another one has taken the project over.
func (l *lock) keepAlive(ctx context.Context, lost context.CancelCauseFunc) {
	ctx, l.stop = context.WithCancel(ctx)
	l.work.Go(func() {
		tick := time.NewTicker(l.Beat)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
			if l.beat(ctx); l.superseded(ctx) {
				l.taken = true
				lost(errTakenOver)
				return
			}
		}
	})
}

// beat puts a volume in the place of the last beat's. A failure is made good by
// the next one.
func (l *lock) beat(ctx context.Context) {
	l.beats++
	name, last := beatName(l.me, l.beats), beatName(l.me, l.beats-1)
	l.names = append(l.names, name) // claimed or not: the answer may get lost
	_, err := l.claim(ctx, name)
	if err == nil && l.beats > 1 && l.remove(ctx, last) == nil {
		l.names = slices.DeleteFunc(l.names, func(s string) bool { return s == last })
	}
}

// superseded tells that another run took the lock over.
func (l *lock) superseded(ctx context.Context) bool {
	list, err := l.list(ctx)
	if err != nil {
		return false
	}
	holder := readChain(l.me.Project, list).holder
	return holder != nil && holder.ID != l.me.ID
}

// release gives the project back, also where ctx has ended. What another run
// took over stays: it is no longer this one's to remove.
func (l *lock) release(ctx context.Context) error {
	if l.stop != nil {
		l.stop()
		l.work.Wait()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*l.Patience)
	defer cancel()
	if l.taken || time.Since(l.since) > l.Stale/2 && l.superseded(ctx) {
		return nil
	}
	if err := l.remove(ctx, l.names...); err != nil {
		return fmt.Errorf("give back the project's lock: %w", err)
	}
	return nil
}

// remove removes volumes in their order. The first name goes first: with it the
// project is free, whereas a chain without its end would still seem to be the
// dead holder's.
func (l *lock) remove(ctx context.Context, names ...string) error {
	var problems []error
	for _, name := range names {
		if err := l.engine.RemoveVolume(ctx, name); err != nil && !errors.Is(err, hosts.ErrNotFound) {
			problems = append(problems, err)
		}
	}
	return errors.Join(problems...)
}

// heldElsewhere is that another run holds the project on another host, because
// this run or that one couldn't reach the host that both should have asked.
type heldElsewhere struct {
	host   string
	holder *Holder
}

func (h *heldElsewhere) Error() string {
	return fmt.Sprintf("the project is held on host %s by %s", h.host, h.holder)
}

// checkLock finds the lock of another run on any host that answers.
func (e *Env) checkLock(s state.Snapshot) error {
	if e.held == nil {
		return nil
	}
	for _, o := range s.Observations {
		c := readChain(e.held.me.Project, o.Volumes)
		if o.Host.Name != e.held.host && c.holder != nil {
			return &heldElsewhere{o.Host.Name, c.holder}
		}
	}
	return nil
}

// watch measures how long something stays the same, by this machine's clock.
type watch struct {
	last  string
	since time.Time
}

func (w *watch) unchanged(now string) time.Duration {
	if now != w.last || w.since.IsZero() {
		w.last, w.since = now, time.Now()
	}
	return time.Since(w.since)
}

func beatName(h Holder, n int) string {
	return lockName(h.Project) + "_beat_" + h.ID + "_" + strconv.Itoa(n)
}
