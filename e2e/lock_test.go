//go:build e2e

package e2e

import (
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

const slowFile = `services:
  slow: {image: busybox, command: sleep 1000, init: true, healthcheck: {test: "test -f /nope", interval: 1s, retries: 100}}
  last: {image: busybox, command: sleep 1000, init: true, depends_on: {slow: {condition: service_healthy}}}
`

// TestTwoAtOnce: of several runs on one project, one acts at a time, and what
// they leave is what one would have left.
func TestTwoAtOnce(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, "services: {web: {image: busybox, command: sleep 1000, init: true, deploy: {replicas: 4}}}")
		var runs sync.WaitGroup
		for range 3 {
			runs.Go(func() {
				r := p.Try(t, "up", "-d")
				assert.Check(t, r.Code == 0, "%s", r)
			})
		}
		runs.Wait()
		r := p.Try(t, "ps", "-q")
		assert.Assert(t, r.Code == 0, "%s", r)
		assert.Equal(t, strings.Count(r.Stdout, "\n"), 4)
	})
}

// TestADeadRunsLock: a run that waits says for whom; when that one is killed, it goes on.
func TestADeadRunsLock(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, slowFile)
		up := p.command(t.Context(), program(t), "up", "-d")
		up.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // the lab stands between
		assert.NilError(t, up.Start())
		time.Sleep(8 * time.Second) // it waits for a health that doesn't come
		killed := time.AfterFunc(4*time.Second, func() { _ = syscall.Kill(-up.Process.Pid, syscall.SIGKILL) })
		defer killed.Stop()
		start := time.Now()
		r := p.Try(t, "down", "-t", "0")
		_ = up.Wait()
		assert.Assert(t, r.Code == 0, "%s", r)
		assert.Check(t, strings.Contains(r.Stderr, "Waiting for "), "%s", r)
		assert.Check(t, strings.Contains(r.Stderr, "Taken over from "), "%s", r)
		assert.Check(t, time.Since(start) < time.Minute)
	})
}
