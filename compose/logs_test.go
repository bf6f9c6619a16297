package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// at is a moment of the log, in seconds.
func at(s float64) time.Time { return time.Unix(1000, 0).Add(time.Duration(s * float64(time.Second))) }

// logPool has web-1 and db-1 on h1, and web-2 on h2, with lines in turn.
func logPool() (h1, h2 *scripted) {
	h1, h2 = newScripted("h1"), newScripted("h2")
	web1, db, web2 := h1.runs("web", 1), h1.runs("db", 1), h2.runs("web", 2)
	h1.write(web1, "a", at(1))
	h2.write(web2, "b", at(2))
	h1.write(db, "c", at(3))
	h1.write(web1, "d", at(4))
	h2.write(web2, "e", at(5))
	return h1, h2
}

func TestLogs(t *testing.T) {
	for name, c := range map[string]struct {
		options LogsOptions
		want    []string
	}{
		"all hosts in order of time": {LogsOptions{}, []string{"web-1 a", "web-2 b", "db-1 c", "web-1 d", "web-2 e"}},
		"of services":                {LogsOptions{Services: []string{"db", "none"}}, []string{"db-1 c"}},
		"of one replica":             {LogsOptions{Services: []string{"web"}, Index: 2}, []string{"web-2 b", "web-2 e"}},
		"the end of each":            {LogsOptions{Tail: "1"}, []string{"db-1 c", "web-1 d", "web-2 e"}},
		"no history":                 {LogsOptions{Tail: "0"}, nil},
		"since":                      {LogsOptions{Since: at(4).Format(time.RFC3339Nano)}, []string{"web-1 d", "web-2 e"}},
		"a one-off that is named":    {LogsOptions{Containers: []string{"shop-task-run-1"}}, []string{"shop-task-run-1 once"}},
	} {
		t.Run(name, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			h1, h2 := logPool()
			task := h2.runs("task", 0)
			h2.edit(task, func(c *hosts.Container) { c.Name, c.Labels[hosts.LabelOneoff] = "shop-task-run-1", "True" })
			h2.write(task, "once", at(6))
			var to told
			assert.NilError(t, Logs(t.Context(), to.pool(h1, h2), "shop", c.options, to.out))
			assert.DeepEqual(t, to.lines(), c.want)
			assert.Equal(t, len(to.warnings), 0)
		})
	}
}

func TestLogRecord(t *testing.T) {
	h1, _ := logPool()
	h1.containers[1].Name = "database"
	var to told
	assert.NilError(t, Logs(t.Context(), to.pool(h1), "shop", LogsOptions{}, to.out))
	assert.DeepEqual(t, to.records[1], LogRecord{
		Host: "h1", Service: "db", Container: "database", ID: "h1-db-1", Time: at(3), Text: "c",
	})
}

func TestPrefix(t *testing.T) {
	h1 := newScripted("h1")
	id := h1.runs("web", 3)
	for name, want := range map[string]string{
		"shop-web-3":              "web-3",
		"shop_web_3":              "web_3",
		"shop-web-30":             "shop-web-30",
		"front":                   "front",
		"0123456789ab_shop-web-3": "0123456789ab_shop-web-3",
	} {
		h1.edit(id, func(c *hosts.Container) { c.Name = name })
		h1.lines[id] = []hosts.LogLine{{Text: []byte("x")}}
		var to told
		assert.NilError(t, Logs(t.Context(), to.pool(h1), "shop", LogsOptions{}, to.out))
		assert.DeepEqual(t, to.lines(), []string{want + " x"})
	}
}

func TestLogsWithoutAnyHostIsAnError(t *testing.T) {
	h1, h2 := logPool()
	h1.down, h2.down = true, true
	var to told
	err := Logs(t.Context(), to.pool(h1, h2), "shop", LogsOptions{}, to.out)
	assert.ErrorContains(t, err, "none of the 2 hosts is reachable")
}

func TestLogsTellOfHostsThatDoNotAnswer(t *testing.T) {
	h1, h2 := logPool()
	h2.down = true
	var to told
	assert.NilError(t, Logs(t.Context(), to.pool(h1, h2), "shop", LogsOptions{}, to.out))
	assert.DeepEqual(t, to.lines(), []string{"web-1 a", "db-1 c", "web-1 d"})
	assert.DeepEqual(t, to.warnings, []string{"host h2: host is unreachable: connection refused; what shop runs there is not shown"})
}

// TestLogsOfAHostThatHangs takes a host that answered the sweep and then
// nothing: it costs one timeout for the silence and one for the question.
func TestLogsOfAHostThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h1, h2 := logPool()
		h2.runs("web", 3)
		var to told
		env := to.pool(h1, h2)
		connect := env.Connect
		var calls atomic.Int32
		env.Connect = func(h hosts.Host) (Engine, error) {
			if calls.Add(1) > 2 { // the sweep is done
				h2.change(func() { h2.hung = true })
			}
			return connect(h)
		}
		began := time.Now()
		assert.NilError(t, Logs(t.Context(), env, "shop", LogsOptions{}, to.out))
		assert.Equal(t, time.Since(began), 10*time.Second)
		assert.DeepEqual(t, to.lines(), []string{"web-1 a", "db-1 c", "web-1 d"})
		assert.DeepEqual(t, to.warnings, []string{"host h2: no answer in 5s; its logs end here"})
	})
}

// TestLogsOfAHostThatDies checks that a log which ends amid its lines is told of.
func TestLogsOfAHostThatDies(t *testing.T) {
	h1, h2 := logPool()
	var to told
	err := Logs(t.Context(), to.pool(h1, h2), "shop", LogsOptions{}, func(r LogRecord) {
		to.out(r)
		h2.change(func() { h2.down = true })
	})
	assert.NilError(t, err)
	assert.DeepEqual(t, to.warnings, []string{"host h2: host is unreachable: connection refused; its logs end here"})
}

// TestLogsThatCannotBeRead takes containers whose log driver keeps nothing: it
// is their own matter, not their host's.
func TestLogsThatCannotBeRead(t *testing.T) {
	for _, follow := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h1, h2 := logPool()
			h2.unreadable = errors.New("read logs of container h2-web-2: no reading of driver none")
			var to told
			time.AfterFunc(time.Minute, func() { stopAll(h1, h2) })
			assert.NilError(t, Logs(t.Context(), to.pool(h1, h2), "shop", LogsOptions{Follow: follow}, to.out))
			assert.DeepEqual(t, to.lines(), []string{"web-1 a", "db-1 c", "web-1 d"})
			assert.DeepEqual(t, to.warnings, []string{"web-2: read logs of container h2-web-2: no reading of driver none"})
		})
	}
}

// TestLogsHoldLittle reads a long log slowly: the engine is never far ahead.
func TestLogsHoldLittle(t *testing.T) {
	defer goleak.VerifyNone(t)
	h1, h2 := newScripted("h1"), newScripted("h2")
	for _, h := range []*scripted{h1, h2} {
		id := h.runs("web", 1)
		for i := range 5000 {
			h.lines[id] = append(h.lines[id], hosts.LogLine{Time: at(float64(i)), Text: []byte("x")})
		}
	}
	var to told
	furthest := 0
	err := Logs(t.Context(), to.pool(h1, h2), "shop", LogsOptions{}, func(LogRecord) {
		furthest++
		for _, h := range []*scripted{h1, h2} {
			h.mutex.Lock()
			assert.Assert(t, h.read <= furthest/2+ahead+3, "read %d, told %d", h.read, furthest)
			h.mutex.Unlock()
		}
	})
	assert.NilError(t, err)
	assert.Equal(t, furthest, 10000)
}

func TestLogsEndWithTheContext(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, follow := range []bool{false, true} {
		h1, h2 := logPool()
		ctx, cancel := context.WithCancel(t.Context())
		var to told
		err := Logs(ctx, to.pool(h1, h2), "shop", LogsOptions{Follow: follow}, func(LogRecord) { cancel() })
		assert.ErrorIs(t, err, context.Canceled)
	}
}

// following runs Logs --follow while script acts, and returns what was told.
func following(t *testing.T, o LogsOptions, script func(h1, h2 *scripted, to *told)) *told {
	t.Helper()
	to := &told{}
	synctest.Test(t, func(t *testing.T) {
		h1, h2 := logPool()
		o.Follow = true
		done := make(chan error, 1)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() { done <- Logs(ctx, to.pool(h1, h2), "shop", o, to.out) }()
		synctest.Wait()
		script(h1, h2, to)
		assert.NilError(t, <-done)
	})
	return to
}

// stopAll ends following.
func stopAll(engines ...*scripted) {
	for _, e := range engines {
		e.change(func() {
			for i := range e.containers {
				e.containers[i].State = hosts.Exited
			}
		})
	}
}

func TestFollowTellsHistoryThenWhatComes(t *testing.T) {
	to := following(t, LogsOptions{}, func(h1, h2 *scripted, to *told) {
		assert.DeepEqual(t, to.lines(), []string{"web-1 a", "web-2 b", "db-1 c", "web-1 d", "web-2 e"})
		h2.write("h2-web-2", "g", at(101))
		time.Sleep(50 * time.Millisecond)
		h1.write("h1-web-1", "f", at(100)) // older, and later over a slow connection
		time.Sleep(49 * time.Millisecond)
		synctest.Wait()
		assert.Equal(t, len(to.lines()), 5)
		time.Sleep(time.Millisecond)
		synctest.Wait()
		assert.Equal(t, len(to.lines()), 7)
		stopAll(h1, h2)
	})
	assert.DeepEqual(t, to.lines()[5:], []string{"web-1 f", "web-2 g"})
}

func TestFollowFromNow(t *testing.T) {
	to := following(t, LogsOptions{Tail: "0"}, func(h1, h2 *scripted, _ *told) {
		h1.write("h1-db-1", "new", at(100))
		time.Sleep(time.Second)
		stopAll(h1, h2)
	})
	assert.DeepEqual(t, to.lines(), []string{"db-1 new"})
}

// TestFollowAfterARestart checks that a restarted container goes on where it
// stopped, and that following waits for it for a moment.
func TestFollowAfterARestart(t *testing.T) {
	for _, tail := range []string{"", "0", "1"} {
		to := following(t, LogsOptions{Tail: tail, Services: []string{"db"}}, func(h1, h2 *scripted, _ *told) {
			h1.stop("h1-db-1")
			h1.write("h1-db-1", "last words", time.Now())
			time.Sleep(linger / 2)
			h1.start("h1-db-1")
			h1.write("h1-db-1", "back", time.Now())
			time.Sleep(10 * time.Second)
			stopAll(h1)
		})
		want := []string{"db-1 c", "db-1 last words", "db-1 back"}
		if tail == "0" {
			want = want[1:]
		}
		assert.DeepEqual(t, to.lines(), want)
	}
}

func TestFollowPicksUpNewContainers(t *testing.T) {
	to := following(t, LogsOptions{Tail: "0", Services: []string{"web"}}, func(h1, h2 *scripted, _ *told) {
		for _, service := range []string{"web", "cache"} {
			id := h2.runs(service, 3)
			h2.write(id, "hello", time.Now())
			h2.start(id)
		}
		time.Sleep(time.Second)
		stopAll(h1, h2)
	})
	assert.DeepEqual(t, to.lines(), []string{"web-3 hello"})
}

// TestFollowPicksUpWhatStartsMeanwhile starts a container while the history is told.
func TestFollowPicksUpWhatStartsMeanwhile(t *testing.T) {
	for name, start := range map[string]func(h *scripted, id string){
		"told by an event":  func(h *scripted, id string) { h.start(id) },
		"found by a sweep":  func(*scripted, string) {},
		"started once more": func(h *scripted, _ string) { h.start("h2-web-2") },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h1, h2 := logPool()
				var to told
				started := false
				err := Logs(t.Context(), to.pool(h1, h2), "shop", LogsOptions{Follow: true}, func(r LogRecord) {
					to.out(r)
					if !started {
						started = true
						synctest.Wait() // the events are listened to
						id := h2.runs("web", 3)
						h2.write(id, "hello", at(6))
						start(h2, id)
						time.AfterFunc(time.Minute, func() { stopAll(h1, h2) })
					}
				})
				assert.NilError(t, err)
				assert.DeepEqual(t, to.lines(), []string{"web-1 a", "web-2 b", "db-1 c", "web-1 d", "web-2 e", "web-3 hello"})
			})
		})
	}
}

func TestFollowUntil(t *testing.T) {
	to := following(t, LogsOptions{Until: "2030-01-01T00:00:00Z"}, func(h1, h2 *scripted, _ *told) {
		h1.change(func() { h1.cut++ }) // as the engine ends the log then
		h2.change(func() { h2.cut++ })
	})
	assert.Equal(t, len(to.lines()), 5)
}

func TestFollowForgetsRemovedContainers(t *testing.T) {
	to := following(t, LogsOptions{Tail: "0"}, func(h1, h2 *scripted, _ *told) {
		h1.change(func() { h1.containers = nil })
		time.Sleep(time.Second)
		h2.write("h2-web-2", "still here", time.Now())
		time.Sleep(time.Second)
		stopAll(h2)
	})
	assert.DeepEqual(t, to.lines(), []string{"web-2 still here"})
	assert.Equal(t, len(to.warnings), 0)
}

// TestFollowWaitsForALostHost: the others go on, and where the host is back what
// it wrote meanwhile is told, also by a container that doesn't run any more.
func TestFollowWaitsForALostHost(t *testing.T) {
	to := following(t, LogsOptions{Tail: "0"}, func(h1, h2 *scripted, _ *told) {
		h1.change(func() { h1.down = true; h1.cut++; h1.deaf++ })
		h1.write("h1-web-1", "last words", time.Now())
		h1.stop("h1-web-1")
		time.Sleep(time.Minute)
		h2.write("h2-web-2", "still here", time.Now())
		time.Sleep(time.Second)
		h2.stop("h2-web-2")
		time.Sleep(time.Minute) // nothing runs, for all that is known of h1
		h1.change(func() { h1.down = false })
		time.Sleep(2 * again)
		h1.write("h1-db-1", "back", time.Now())
		time.Sleep(time.Second)
		stopAll(h1, h2)
	})
	assert.DeepEqual(t, to.lines(), []string{"web-2 still here", "web-1 last words", "db-1 back"})
	assert.DeepEqual(t, to.warnings, []string{
		"host h1: host is unreachable: connection refused; its logs stop here until it answers again",
		"host h1 answers again; its logs go on",
	})
}

// TestFollowNoticesASilentHost cuts a host off so that no connection breaks.
func TestFollowNoticesASilentHost(t *testing.T) {
	to := following(t, LogsOptions{Tail: "0"}, func(h1, h2 *scripted, to *told) {
		h1.change(func() { h1.hung = true })
		time.Sleep(16 * time.Second)
		synctest.Wait()
		assert.DeepEqual(t, to.warnings, []string{"host h1: no answer in 5s; its logs stop here until it answers again"})
		h1.change(func() { h1.hung = false })
		time.Sleep(10 * time.Second)
		stopAll(h1, h2)
	})
	assert.Equal(t, len(to.lines()), 0)
	assert.Equal(t, len(to.warnings), 2)
}

// TestFollowFindsAHostThatComesLater: one that didn't answer at first.
func TestFollowFindsAHostThatComesLater(t *testing.T) {
	to := &told{}
	synctest.Test(t, func(t *testing.T) {
		h1, h2 := logPool()
		h2.down = true
		done := make(chan error, 1)
		go func() {
			done <- Logs(t.Context(), to.pool(h1, h2), "shop", LogsOptions{Follow: true, Services: []string{"web"}}, to.out)
		}()
		time.Sleep(10 * time.Second)
		told := len(to.lines())
		h2.change(func() { h2.down = false })
		time.Sleep(10 * time.Second)
		stopAll(h1, h2)
		assert.NilError(t, <-done)
		assert.Assert(t, len(to.lines()) > told)
	})
	assert.DeepEqual(t, to.warnings, []string{
		"host h2: host is unreachable: connection refused; its logs stop here until it answers again",
		"host h2 answers again; its logs go on",
	})
}

// TestFollowListensAgain ends the events of an engine that is still there.
func TestFollowListensAgain(t *testing.T) {
	to := following(t, LogsOptions{Tail: "0"}, func(h1, h2 *scripted, _ *told) {
		h1.stop("h1-db-1")
		h1.change(func() { h1.deaf++; h1.listeners = nil })
		h1.write("h1-db-1", "missed start", time.Now())
		h1.edit("h1-db-1", func(c *hosts.Container) { c.State = hosts.Running })
		time.Sleep(2 * again)
		id := h1.runs("web", 3)
		h1.write(id, "heard start", time.Now())
		h1.start(id)
		time.Sleep(time.Second)
		stopAll(h1, h2)
	})
	assert.DeepEqual(t, to.lines(), []string{"db-1 missed start", "web-3 heard start"})
	assert.Equal(t, len(to.warnings), 0)
}

func TestFollowEndsWhereNothingRuns(t *testing.T) {
	began := time.Now()
	to := following(t, LogsOptions{}, func(h1, h2 *scripted, _ *told) { stopAll(h1, h2) })
	assert.Equal(t, len(to.lines()), 5)
	assert.Assert(t, time.Since(began) < 10*time.Second)
}

// TestFollowLosesAndRepeatsNothing breaks the streams again and again while
// three containers write, one of them with times that go back a little.
func TestFollowLosesAndRepeatsNothing(t *testing.T) {
	const lines = 2000
	to := following(t, LogsOptions{Tail: "0"}, func(h1, h2 *scripted, _ *told) {
		for i := range lines {
			now := time.Now()
			h1.write("h1-web-1", fmt.Sprint(i), now)
			h1.write("h1-db-1", fmt.Sprint(i), now.Add(-time.Duration(i%3)*time.Microsecond))
			h2.write("h2-web-2", fmt.Sprint(i), now.Truncate(time.Second)) // many of one time
			if i%37 == 0 {
				h1.change(func() { h1.cut++ })
			}
			if i%91 == 0 {
				h2.change(func() { h2.cut++ })
			}
			time.Sleep(time.Duration(i%5) * 10 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		stopAll(h1, h2)
	})
	for _, container := range []string{"web-1", "db-1", "web-2"} {
		var got, want []string
		for _, l := range to.lines() {
			if text, ok := strings.CutPrefix(l, container+" "); ok {
				got = append(got, text)
			}
		}
		for i := range lines {
			want = append(want, fmt.Sprint(i))
		}
		assert.Assert(t, slices.Equal(got, want), "%s: %d lines of %d", container, len(got), lines)
	}
	assert.Equal(t, len(to.warnings), 0)
}
