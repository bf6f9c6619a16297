package conformance

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// read is a whole log, as "stream text" lines.
func (s *suite) read(id string, o hosts.LogOptions) []string {
	s.Helper()
	var all []string
	err := s.Logs(s.ctx, id, o, func(l hosts.LogLine) {
		stream := "out "
		if l.Stderr {
			stream = "err "
		}
		assert.Check(s, time.Since(l.Time) < time.Minute, "line of %s", l.Time)
		all = append(all, stream+string(l.Text))
	})
	assert.NilError(s, err)
	return all
}

func testLogs(s *suite) {
	id := s.start(s.spec("talks", "echo one; sleep 0.3; echo two >&2; sleep 0.3; echo three four"))
	s.awaitExit(id)
	assert.Check(s, cmp.DeepEqual(s.read(id, hosts.LogOptions{}), []string{"out one", "err two", "out three four"}))
	assert.Check(s, cmp.DeepEqual(s.read(id, hosts.LogOptions{Tail: "all", Since: "1h"}), []string{"out one", "err two", "out three four"}))
	assert.Check(s, cmp.DeepEqual(s.read(id, hosts.LogOptions{Tail: "1"}), []string{"out three four"}))
	assert.Check(s, cmp.Len(s.read(id, hosts.LogOptions{Until: "1h"}), 0))
	assert.Check(s, cmp.Len(s.read(id, hosts.LogOptions{Tail: "0"}), 0))

	quiet := s.create(s.spec("quiet", "true"))
	assert.Check(s, cmp.Len(s.read(quiet, hosts.LogOptions{}), 0), "a container that never ran has an empty log")

	spec := s.spec("terminal", "echo one; echo two")
	spec.Config.Tty = true
	terminal := s.start(spec)
	s.awaitExit(terminal)
	assert.Check(s, cmp.DeepEqual(s.read(terminal, hosts.LogOptions{}), []string{"out one\r", "out two\r"}))
}

func testLastLine(s *suite) {
	id := s.start(s.spec("talks", "echo one; sleep 0.3; echo two; sleep 0.3; echo three >&2"))
	s.awaitExit(id)
	last, err := s.LastLine(s.ctx, id)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(string(last.Text), "three"))
	assert.Check(s, last.Stderr)
	assert.Check(s, time.Since(last.Time) < time.Minute)

	quiet := s.create(s.spec("quiet", "true"))
	last, err = s.LastLine(s.ctx, quiet)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(string(last.Text), ""))
	_, err = s.LastLine(s.ctx, s.name("nobody"))
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}

func testFollow(s *suite) {
	id := s.start(s.spec("talks", "echo one; sleep 0.5; echo two; sleep 0.2"))
	assert.Check(s, cmp.DeepEqual(s.read(id, hosts.LogOptions{Follow: true}), []string{"out one", "out two"}), "it ends with the container")

	endless := s.start(s.spec("endless", "echo one; sleep 60"))
	ctx, cancel := context.WithCancel(s.ctx)
	err := s.Logs(ctx, endless, hosts.LogOptions{Follow: true}, func(hosts.LogLine) { cancel() })
	assert.Check(s, errors.Is(err, context.Canceled), "%v", err)
}

// testUnended: an engine notes what a run left without an end of line when it
// has noted the end of the run already, most often, and reads it as one line
// with what the next run writes.
func testUnended(s *suite) {
	id := s.start(s.spec("unended", "printf 'no end'; sleep 0.3"))
	s.awaitExit(id)
	assert.Check(s, cmp.DeepEqual(s.read(id, hosts.LogOptions{}), []string{"out no end"}))
	for runs := 1; ; runs++ {
		ended := s.inspect(id).FinishedAt
		left := s.read(id, hosts.LogOptions{Since: ended.UTC().Format(time.RFC3339Nano)})
		assert.NilError(s, s.StartContainer(s.ctx, id))
		if now := s.inspect(id); now.State == hosts.Running {
			assert.Check(s, cmp.Equal(now.FinishedAt, ended), "a run that goes on leaves the end of the one before")
		}
		s.awaitExit(id)
		if slices.Equal(left, []string{"out no end"}) {
			assert.Check(s, cmp.DeepEqual(s.read(id, hosts.LogOptions{}), []string{"out " + strings.Repeat("no end", runs+1)}))
			return
		}
		assert.Assert(s, runs < 10, "after the end there was %q", left)
	}
}

func testExec(s *suite) {
	id := s.start(s.spec("runs", "sleep 600"))
	r, err := s.Exec(s.ctx, id, []string{"sh", "-c", "echo out; echo err >&2; exit 4"})
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(r.ExitCode, 4))
	assert.Check(s, cmp.Equal(string(r.Stdout), "out\n"))
	assert.Check(s, cmp.Equal(string(r.Stderr), "err\n"))
	stopped := s.create(s.spec("stopped", "true"))
	_, err = s.Exec(s.ctx, stopped, []string{"true"})
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "%v", err)
}

func testFiles(s *suite) {
	spec := s.spec("reads", "cat /run/secrets/a; cat /run/secrets/b; sleep 60")
	spec.Files = []hosts.File{
		{Path: "/run/secrets/a", Content: []byte("first\n"), Mode: 0o444},
		{Path: "/run/secrets/b", Content: []byte("second\n"), Mode: 0o400},
	}
	id := s.start(spec)
	poll.WaitOn(s, func(poll.LogT) poll.Result {
		if got := s.read(id, hosts.LogOptions{}); slices.Equal(got, []string{"out first", "out second"}) {
			return poll.Success()
		}
		return poll.Continue("the files were not read yet")
	}, poll.WithTimeout(patience))

	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	assert.NilError(s, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "later", Mode: 0o644, Size: 6}))
	_, _ = w.Write([]byte("third\n"))
	assert.NilError(s, w.Close())
	assert.NilError(s, s.CopyTo(s.ctx, id, "/run/secrets", &archive))
	r, err := s.Exec(s.ctx, id, []string{"cat", "/run/secrets/later"})
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(string(r.Stdout), "third\n"))
}

func testEvents(s *suite) {
	ctx, cancel := context.WithCancel(s.ctx)
	var mu sync.Mutex
	var seen []hosts.ContainerEvent
	done, began := make(chan error, 1), make(chan struct{})
	go func() {
		o := hosts.EventOptions{Label: "conformance=" + s.prefix, Began: func() { close(began) }}
		done <- s.Events(ctx, o, func(e hosts.ContainerEvent) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, e)
		})
	}()
	select {
	case <-began:
	case err := <-done:
		assert.NilError(s, err, "no events")
	}
	id := s.start(s.spec("watched", "exit 5"))
	s.awaitExit(id)
	find := func(action string) (hosts.ContainerEvent, bool) {
		mu.Lock()
		defer mu.Unlock()
		i := slices.IndexFunc(seen, func(e hosts.ContainerEvent) bool { return strings.HasPrefix(e.Action, action) })
		if i < 0 {
			return hosts.ContainerEvent{}, false
		}
		return seen[i], true
	}
	for _, action := range []string{"create", "start", "die"} {
		poll.WaitOn(s, func(poll.LogT) poll.Result {
			if _, ok := find(action); ok {
				return poll.Success()
			}
			return poll.Continue("no event %s", action)
		}, poll.WithTimeout(patience))
	}
	die, _ := find("die")
	assert.Check(s, cmp.Equal(die.ID, id))
	assert.Check(s, cmp.Equal(die.Name, s.name("watched")))
	assert.Check(s, cmp.Equal(die.ExitCode, 5))
	assert.Check(s, cmp.DeepEqual(die.Labels, map[string]string{"conformance": s.prefix}))
	assert.Check(s, time.Since(die.Time) < time.Minute)
	cancel()
	assert.NilError(s, <-done, "the end of the context is the wished end")
}
