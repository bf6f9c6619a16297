//go:build e2e

package e2e

import (
	"errors"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// meeting holds those who ask until as many have come as are wanted.
type meeting struct {
	mutex       sync.Mutex
	missing     int
	full, ended chan struct{}
}

func meet(t *testing.T, wanted int) *meeting {
	m := &meeting{missing: wanted, full: make(chan struct{}), ended: make(chan struct{})}
	t.Cleanup(func() { close(m.ended) })
	return m
}

func (m *meeting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mutex.Lock()
	if m.missing--; m.missing == 0 {
		close(m.full)
	}
	m.mutex.Unlock()
	select {
	case <-m.full:
	case <-r.Context().Done():
	case <-m.ended:
	}
	_, _ = w.Write([]byte("met\n"))
}

// meets is a build that goes to a meeting. Network host spares it a bridge.
func meets(address string) string {
	return fmt.Sprintf(`{dockerfile_inline: "FROM busybox\nARG WHO\nRUN wget -qO- %s && echo $$WHO > /who", args: {WHO: "%%s"}, network: host}`, address)
}

// Builds of one project are at work at once, as far as it is allowed, and so are
// those of two projects; each gets its own.
func TestBuildsAreAtWorkAtOnce(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		m := meet(t, 3)
		build := meets(serveHosts(t, l, m))
		one := l.OnOneHost(t, l.Host(1), fmt.Sprintf("services:\n  a: {build: "+build+"}\n  b: {build: "+build+"}\n", "one-a", "one-b"))
		other := l.OnOneHost(t, l.Host(1), fmt.Sprintf("services: {a: {build: "+build+"}}\n", "other-a"))
		running := other.begin(t, "build")
		one.Do(t, "build")
		assert.NilError(t, running.Wait(), running.complaints())
		for image, want := range map[string]string{one.Name + "-a": "one-a", one.Name + "-b": "one-b", other.Name + "-a": "other-a"} {
			assert.Equal(t, l.Host(1).Docker(t, "run", "--rm", image, "cat", "/who"), want)
		}
	})
}

// No more builds are at work than --parallel allows.
func TestBuildsKeepToTheLimit(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		var mutex sync.Mutex
		now, most := 0, 0
		build := meets(serveHosts(t, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			mutex.Lock()
			now++
			most = max(most, now)
			mutex.Unlock()
			time.Sleep(300 * time.Millisecond) // in which another would come
			mutex.Lock()
			now--
			mutex.Unlock()
			_, _ = w.Write([]byte("ok\n"))
		})))
		p := l.OnOneHost(t, l.Host(1), fmt.Sprintf("services:\n  a: {build: "+build+"}\n  b: {build: "+build+"}\n  c: {build: "+build+"}\n", "a", "b", "c"))
		p.Do(t, "--parallel", "1", "build")
		mutex.Lock()
		defer mutex.Unlock()
		assert.Equal(t, most, 1)
	})
}

// A build that fails says whose it is, and where; the others are finished.
func TestOneOfSeveralBuildsFails(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.OnOneHost(t, l.Host(1), `
services:
  good: {build: {dockerfile_inline: "FROM busybox\nRUN echo fine > /fine"}}
  bad: {build: {dockerfile_inline: "FROM busybox\nENV A=1\n\nRUN echo last words && exit 7"}}
`)
		r := p.Try(t, "build")
		assert.Equal(t, r.Code, 1)
		assert.Assert(t, is.Contains(r.Stderr, "\nservice bad: build image "+p.Name+"-bad: Dockerfile:4: "))
		assert.Assert(t, is.Contains(r.Stderr, "exit code: 7\n  > last words\n"))
		assert.Equal(t, l.Host(1).Docker(t, "run", "--rm", p.Name+"-good", "cat", "/fine"), "fine")
	})
}

// Ctrl-C ends a build on its host, not only here, and nothing is left of it.
func TestAnInterruptedBuildEndsOnItsHost(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		seconds := "7341"
		p := l.OnOneHost(t, l.Host(1), `services: {web: {build: {dockerfile_inline: "FROM busybox\nRUN exec sleep `+seconds+`"}}}`)
		sleeps := func() bool {
			out, _ := l.Host(1).Run("ps", "ax", "-o", "args")
			return strings.Contains(out, "sleep "+seconds)
		}
		building := p.begin(t, "build")
		eventually(t, time.Minute, "the step runs", func() error {
			if !sleeps() {
				return fmt.Errorf("not yet: %s", building.complaints())
			}
			return nil
		})
		assert.NilError(t, building.Process.Signal(syscall.SIGINT))
		exit, ended := errors.AsType[*exec.ExitError](building.Wait())
		assert.Assert(t, ended && exit.ExitCode() == 130, "%v: %s", exit, building.complaints())
		eventually(t, time.Minute, "the step ends", func() error {
			if sleeps() {
				return fmt.Errorf("it still sleeps")
			}
			return nil
		})
		assert.Equal(t, len(p.Left(t)), 0)
		p.Write(t, `services: {web: {build: {dockerfile_inline: "FROM busybox\nRUN true"}}}`)
		p.Do(t, "build")
	})
}
