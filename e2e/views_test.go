//go:build e2e

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// running is a command of the program that goes on by itself.
type running struct {
	*exec.Cmd
	stdout io.ReadCloser
	mutex  sync.Mutex
	stderr bytes.Buffer
}

// Write takes what it says on standard error.
func (r *running) Write(p []byte) (int, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.stderr.Write(p)
}

func (r *running) complaints() string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.stderr.String()
}

// awaitComplaint waits until it has said a text.
func (r *running) awaitComplaint(t *testing.T, text string) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
		if strings.Contains(r.complaints(), text) {
			return
		}
	}
	t.Fatalf("it didn't say %q, but:\n%s", text, r.complaints())
}

func (p *Project) begin(t *testing.T, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	r := &running{Cmd: p.command(ctx, program(t), args...)}
	r.Stderr = r
	var err error
	r.stdout, err = r.StdoutPipe()
	assert.NilError(t, err)
	assert.NilError(t, r.Start())
	t.Cleanup(func() {
		cancel()
		_ = r.Wait()
	})
	return r
}

// counted is where each replica's numbered lines have got to.
type counted struct {
	mutex sync.Mutex
	next  map[string]int
	wrong []string
	lines int
	first time.Time
}

// read counts the lines of a followed log: "web-7  | 123".
func (c *counted) read(r io.Reader) {
	for s := bufio.NewScanner(r); s.Scan(); {
		name, text, _ := strings.Cut(s.Text(), " | ")
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if name = strings.TrimSpace(name); err != nil {
			continue
		}
		c.mutex.Lock()
		if c.lines++; c.lines == 1 {
			c.first = time.Now()
		}
		if want := c.next[name] + 1; n != want && len(c.wrong) < 10 {
			c.wrong = append(c.wrong, fmt.Sprintf("%s: line %d where %d was due", name, n, want))
		}
		c.next[name] = n
		c.mutex.Unlock()
	}
}

// Thirty replicas write more than 10,000 lines a second in all, in bursts. None is
// lost, and each replica's come in their order. The shell's own loop would be too
// slow to write them, so seq does.
func TestFollowManyReplicas(t *testing.T) {
	const replicas, bursts, burst = 30, 20, 400 // a burst a second
	l := theLab(t, "20")
	begin := time.Now().Add(45 * time.Second).Unix()
	p := l.Project(t, fmt.Sprintf(`services:
  web:
    image: busybox
    deploy: {replicas: %d}
    command:
      - sh
      - -c
      - |
        while [ $$(date +%%s) -lt %d ]; do sleep 0.5; done
        for b in $$(seq 0 %d); do
          seq $$((b*%d+1)) $$((b*%d+%d))
          sleep 1
        done
`, replicas, begin, bursts-1, burst, burst, burst))
	p.Up(t)
	if left := time.Until(time.Unix(begin, 0)); left < 2*time.Second {
		t.Logf("the machine is slow: following begins %s before the lines", left)
	}
	r := p.begin(t, "logs", "-f")
	c := &counted{next: map[string]int{}}
	c.read(r.stdout)
	took := time.Since(c.first)
	assert.NilError(t, r.Wait(), r.complaints())
	assert.DeepEqual(t, c.wrong, []string(nil))
	assert.Equal(t, c.lines, replicas*bursts*burst)
	assert.Equal(t, len(c.next), replicas)
	peak := r.ProcessState.SysUsage().(*syscall.Rusage).Maxrss >> 10
	t.Logf("%d lines in %s, %.0f a second; peak memory %d MB; CPU time %s",
		c.lines, took.Round(10*time.Millisecond), float64(c.lines)/took.Seconds(), peak, r.ProcessState.UserTime()+r.ProcessState.SystemTime())
	assert.Assert(t, peak < 100, "%d MB", peak)
}

// A host that goes away while its logs and events are followed leaves a line
// that says so. Where it is back both go on, and no line is missing.
func TestFollowAHostThatGoesAway(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `services:
  web:
    image: busybox
    deploy: {mode: global}
    command: sh -c 'i=0; while sleep 0.2; do i=$$((i+1)); echo $$i; done'
    stop_signal: KILL
`)
		p.Up(t)
		logs, events, stats := p.begin(t, "logs", "-f"), p.begin(t, "events", "--json"), p.begin(t, "stats", "--format", "{{.Host}}")
		c := &counted{next: map[string]int{}}
		go c.read(logs.stdout)
		var heard lockedBuffer
		go func() { _, _ = io.Copy(&heard, events.stdout) }()
		var measured lockedBuffer
		go func() { _, _ = io.Copy(&measured, stats.stdout) }()
		time.Sleep(2 * time.Second)

		l.Host(2).Cut(t)
		logs.awaitComplaint(t, "its logs stop here until it answers again")
		events.awaitComplaint(t, "its events are missing until it answers again")
		stats.awaitComplaint(t, "host h2: ")
		assert.Check(t, is.Contains(logs.complaints(), "host h2: "))
		gone := strings.Count(measured.String(), "h2")
		shown := p.Try(t, "ps")
		assert.Check(t, is.Contains(shown.Stderr, "host h2: "))
		l.Host(2).Heal(t)
		logs.awaitComplaint(t, "host h2 answers again; its logs go on")
		events.awaitComplaint(t, "host h2 answers again; its events go on")
		eventually(t, time.Minute, "it is measured again", func() error {
			if strings.Count(measured.String(), "h2") == gone {
				return errors.New("no row of h2")
			}
			return nil
		})
		time.Sleep(3 * time.Second)
		p.Do(t, "kill", "-s", "USR1") // an event on each host, which the shell ignores or dies of
		time.Sleep(2 * time.Second)

		c.mutex.Lock()
		defer c.mutex.Unlock()
		assert.DeepEqual(t, c.wrong, []string(nil))
		assert.Equal(t, len(c.next), 3)
		for _, h := range []string{"h1", "h2", "h3"} {
			assert.Check(t, is.Contains(heard.String(), `"action":"kill"`))
			assert.Check(t, is.Contains(heard.String(), `"host":"`+h+`"`))
		}
	})
}

// What runs on three hosts is in one view.
func TestViewsOfSeveralHosts(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `services:
  web:
    image: busybox
    deploy: {mode: global}
    command: sleep 1d
    stop_signal: KILL
    ports: ["80"]
    volumes: ["data:/data"]
volumes: {data: {}}
`)
		p.Up(t)
		for _, view := range [][]string{
			{"ps"},
			{"top"},
			{"stats", "--no-stream"},
			{"images"},
			{"volumes"},
			{"ls"},
			{"events", "--since", "10m", "--until", "0s"},
			{"stats", "--no-stream", "--format", "json"},
		} {
			out := p.Do(t, view...).Stdout
			for _, h := range l.Hosts() {
				assert.Check(t, is.Contains(out, h.name), "%s", strings.Join(view, " "))
			}
		}
		for _, n := range []string{"1", "2", "3"} {
			published := p.Do(t, "port", "--index", n, "web", "80").Stdout
			assert.Check(t, !strings.HasPrefix(published, "0.0.0.0"), "the host's own address: %s", published)
		}
	})
}

// lockedBuffer is a buffer that is read while it is written.
type lockedBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}
