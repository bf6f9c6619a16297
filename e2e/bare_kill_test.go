//go:build e2e

package e2e

import (
	"bufio"
	"context"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

const spreadFile = `
services:
  web: {image: busybox, command: sleep 1h, init: true, scale: 3}
x-clocker: {placement: {strategies: [breadth-first]}}
`

// A join of three machines that is killed, and another that is interrupted by the
// keyboard, at any moment, are finished by the next run.
func TestBareMachinesWhoseJoinIsKilled(t *testing.T) {
	l := bareLab(t, "killed", 3)
	for n := range max(1, *kills) {
		if n > 0 {
			l.renew(t, 3)
		}
		p := bareProject(t, l, spreadFile)
		p.endAtSomeLine(t, os.Kill, 6, 15*time.Second, "up", "-d") // mostly while Docker is being installed
		p.endAtSomeLine(t, os.Interrupt, 25, time.Second, "up", "-d")
		p.upBare(t)
		on := map[string]bool{}
		for _, r := range p.Ps(t) {
			on[r.Host] = r.State == "running"
		}
		assert.DeepEqual(t, on, map[string]bool{"h1": true, "h2": true, "h3": true})
		assert.Check(t, is.Contains(p.Do(t, "plan", "--format", "text").Stdout, "nothing to do"))
		assert.Equal(t, strings.Count(p.Do(t, "hosts", "doctor").Stdout, "all is well"), 3)
		t.Logf("%d of %d", n+1, max(1, *kills))
	}
}

// renew replaces the machines by bare ones.
func (l *Lab) renew(t *testing.T, count int) {
	t.Helper()
	for n := range count {
		l.must(t, "remove", l.Host(n+1).name)
	}
	l.boot(t, count)
}

// endAtSomeLine runs a command, and ends it after one of the first lines of its
// progress, and up to some time more. It may have come to its end by then.
func (p *Project) endAtSomeLine(t *testing.T, signal os.Signal, most int, longest time.Duration, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 15*time.Minute)
	defer cancel()
	c := p.command(ctx, program(t), args...)
	progress, err := c.StderrPipe()
	assert.NilError(t, err)
	assert.NilError(t, c.Start())
	lines := bufio.NewScanner(progress)
	last := ""
	for range 1 + rand.N(most) {
		if !lines.Scan() {
			break
		}
		last = lines.Text()
	}
	more := rand.N(longest)
	time.Sleep(more) // the moment is the test's input
	_ = c.Process.Signal(signal)
	_, _ = io.Copy(io.Discard, progress)
	err = c.Wait()
	t.Logf("%v %s after %q: %v", signal, more.Round(time.Millisecond), last, err)
}
