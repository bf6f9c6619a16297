//go:build e2e

package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

var kills = flag.Int("kills", 0, "how often the test of hosts that come and go kills an up and a down as well")

const elasticFile = `
services:
  web: {image: busybox, command: sleep 1h, init: true, scale: 10}
x-clocker:
  locations:
    burst:
      provider: exec
      template: {program: machines, timeout: 2m}
      strategies: [{max-containers: 4}]
      min: 1
      max: 4
      headroom: {containers: 4}
      remove-empty: true
`

// elastic is a project in a location whose machines are bare hosts of a lab,
// made and deleted by a program.
type elastic struct {
	*Project
	machines string
}

func newElastic(t *testing.T, lab string) *elastic {
	t.Helper()
	l := bareLab(t, lab, 0)
	e := &elastic{Project: bareProject(t, l, elasticFile), machines: t.TempDir()}
	program, err := filepath.Abs("lab/machines")
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(l.configFile(), []byte("programs:\n  machines: {command: ["+program+"]}\n"), 0o600))
	e.environment = []string{"LAB_NAME=" + l.name, "MACHINES=" + e.machines}
	return e
}

// made are the names of the machines that there are.
func (e *elastic) made(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(e.machines, "*.json"))
	assert.NilError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(filepath.Base(f), ".json"))
	}
	return strings.Join(names, " ")
}

// noOrphans checks that the hosts of the lab are the machines that are known, and
// that they are so many. What a killed run has asked for, the cloud may still do.
func (e *elastic) noOrphans(t *testing.T, count int) {
	t.Helper()
	eventually(t, time.Minute, fmt.Sprint("there are ", count, " machines, all of them known"), func() error {
		var known, there []string
		for _, name := range strings.Fields(e.made(t)) {
			known = append(known, e.hostOf(t, name).name)
		}
		for _, line := range strings.Split(e.lab.must(t, "hosts"), "\n")[1:] {
			if host, _, _ := strings.Cut(line, " "); host != "" {
				there = append(there, host)
			}
		}
		slices.Sort(known)
		slices.Sort(there)
		if !slices.Equal(there, known) || len(there) != count {
			return fmt.Errorf("there are %q, and %q are known", there, known)
		}
		return nil
	})
}

// whole checks that all replicas run, and that the machines are all in use or headroom.
func (e *elastic) whole(t *testing.T) {
	t.Helper()
	assert.Equal(t, e.made(t), "burst-1 burst-2 burst-3 burst-4")
	e.noOrphans(t, 4)
	on := map[string]int{}
	for _, r := range e.Ps(t) {
		on[r.Host]++
	}
	assert.Check(t, is.Len(on, 3), "%v", on)
	assert.Equal(t, on["burst-1"]+on["burst-2"]+on["burst-3"]+on["burst-4"], 10, "%v", on)
	assert.Check(t, is.Contains(e.Do(t, "plan", "--format", "text").Stdout, "nothing to do, 10 unchanged"))
}

func TestHostsComeAndGo(t *testing.T) {
	e := newElastic(t, "elastic")
	assert.Check(t, is.Contains(e.Do(t, "plan", "--format", "text").Stdout, "4 to make"))
	refused := e.Try(t, "up", "-d")
	assert.Check(t, is.Contains(refused.Stderr, "4 machines are to be made"))
	assert.Equal(t, e.made(t), "")

	began := time.Now()
	e.upBare(t, "-y")
	up := time.Since(began)
	t.Logf("from no machine to ten replicas on three, and a fourth for headroom: %s", up.Round(time.Second))
	e.whole(t)

	e.Do(t, "scale", "web=2")
	assert.Check(t, is.Len(strings.Fields(e.made(t)), 2), "two replicas, and room for four more")
	began = time.Now()
	e.Do(t, "down")
	t.Logf("down to the least: %s", time.Since(began).Round(time.Second))
	e.noOrphans(t, 1)

	e.metadataIsClosed(t)

	var down time.Duration
	for n := range *kills {
		e.kill(t, up, "up", "-d", "-y")
		e.upBare(t, "-y")
		e.whole(t)
		if n > 0 { // the first tells how long it takes
			e.kill(t, down, "down")
		}
		began := time.Now()
		e.Do(t, "down")
		down = max(down, time.Since(began))
		e.noOrphans(t, 1)
		e.withAnother(t)
		t.Logf("%d of %d", n+1, *kills)
	}
}

// withAnother brings the project up and down while another one is, which have one
// location.
func (e *elastic) withAnother(t *testing.T) {
	t.Helper()
	other := &elastic{bareProject(t, e.lab, elasticFile), e.machines}
	other.environment = e.environment
	path := program(t)
	for _, args := range [][]string{{"up", "-d", "-y", "--scale", "web=5"}, {"down"}} {
		done := make(chan error, 1)
		go func() { done <- other.patiently(t.Context(), path, args...) }()
		assert.Check(t, e.patiently(t.Context(), path, args...))
		assert.Check(t, <-done)
		if args[0] == "up" {
			assert.Check(t, is.Len(e.Ps(t), 5))
			assert.Check(t, is.Len(other.Ps(t), 5))
			assert.Check(t, len(strings.Fields(e.made(t))) <= 4, e.made(t))
		}
	}
	e.Do(t, "hosts", "autoscale", "--delay", "0s") // whoever was done first left hosts to the other
	e.noOrphans(t, 1)
}

// Somebody watches the location: hosts follow what is on them, and a cloud that
// fails for a while is waited for.
func TestHostsComeAndGoWhileWatched(t *testing.T) {
	e := newElastic(t, "watched")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	watch := e.command(ctx, program(t), "hosts", "autoscale", "--watch", "-y", "--interval", "2s", "--delay", "20s")
	var said lockedBuffer
	watch.Stdout, watch.Stderr = &said, &said
	assert.NilError(t, watch.Start())
	until := func(want string) {
		t.Helper()
		eventually(t, 8*time.Minute, "there is "+want, func() error {
			if made, answering := e.made(t), e.answering(t); made != want || answering != want {
				return fmt.Errorf("there is %q, and %q answers", made, answering)
			}
			return nil
		})
	}
	until("burst-1")
	on := e.hostOf(t, "burst-1")
	for n := range 4 { // and no room for another
		on.must(t, "docker", "run", "-d", "--init", "--name", fmt.Sprint("c", n), "busybox", "sleep", "1h")
	}
	until("burst-1 burst-2")

	broken := filepath.Join(e.machines, "broken")
	assert.NilError(t, os.WriteFile(broken, nil, 0o600))
	on.must(t, "docker", "rm", "-f", "c0", "c1", "c2", "c3")
	r := e.Try(t, "hosts", "autoscale")
	assert.Check(t, is.Contains(r.Stderr, "the cloud is being repaired"), "%s", r)
	eventually(t, time.Minute, "the watcher has seen it", func() error {
		if !strings.Contains(said.String(), "the cloud is being repaired") {
			return errors.New("not yet")
		}
		return nil
	})
	assert.NilError(t, os.Remove(broken))
	until("burst-1")

	assert.NilError(t, watch.Process.Signal(os.Interrupt))
	_ = watch.Wait()
	t.Logf("it said:\n%s", said.String())
}

// answering are the names of the machines that there are, and that are hosts.
func (e *elastic) answering(t *testing.T) string {
	t.Helper()
	var names []string
	for _, name := range strings.Fields(e.made(t)) {
		if _, err := e.hostOf(t, name).Run("docker", "version"); err == nil {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// hostOf is the host of the lab that a machine is; none while it is being made.
func (e *elastic) hostOf(t *testing.T, machine string) Host {
	t.Helper()
	var m struct{ ID string }
	record, err := os.ReadFile(filepath.Join(e.machines, machine+".json"))
	if err == nil {
		err = json.Unmarshal(record, &m)
	}
	if err != nil {
		m.ID = "h0"
	}
	return Host{lab: e.lab, name: m.ID}
}

// metadataIsClosed checks on the machine that is left that its containers don't
// reach the address of a cloud's metadata service, for which something stands in
// there, and the machine itself does; also when its engine and the rule's own
// unit have been started anew.
func (e *elastic) metadataIsClosed(t *testing.T) {
	t.Helper()
	h := e.hostOf(t, e.made(t))

	h.must(t, "ip", "addr", "add", "169.254.169.254/32", "dev", "lo")
	h.must(t, "systemd-run", "--unit=stand-in", "python3", "-m", "http.server", "--directory=/usr/share", "--bind=169.254.169.254", "80")
	byHost := func() error {
		_, err := h.Run("python3", "-c", "import urllib.request as r; r.urlopen('http://169.254.169.254/', timeout=10)")
		return err
	}
	byContainer := func() (string, error) {
		return h.Run("docker", "run", "--rm", "busybox", "nc", "-w", "5", "169.254.169.254", "80", "-e", "true")
	}
	eventually(t, time.Minute, "the stand-in answers the host", byHost)
	closed := func() {
		t.Helper()
		out, err := byContainer()
		assert.Check(t, is.ErrorContains(err, ""))
		assert.Check(t, is.Contains(out+fmt.Sprint(err), "timed out"))
		assert.NilError(t, byHost())
	}
	closed()
	h.must(t, "systemctl", "restart", "docker")
	closed()
	h.must(t, "iptables", "-t", "raw", "-F", "PREROUTING")
	_, err := byContainer()
	assert.NilError(t, err, "without the rule nothing else is in the way")
	h.must(t, "systemctl", "is-enabled", "clocker-metadata")
	h.must(t, "systemctl", "restart", "clocker-metadata")
	closed()
}

// kill runs a command that usually takes so long, and kills it at some moment.
func (e *elastic) kill(t *testing.T, usual time.Duration, args ...string) {
	t.Helper()
	c := e.command(context.Background(), program(t), args...)
	assert.NilError(t, c.Start())
	after := rand.N(usual)
	time.Sleep(after) // the moment is the test's input
	_ = c.Process.Kill()
	_ = c.Wait()
	t.Log(fmt.Sprint("killed ", args, " after ", after.Round(time.Millisecond)))
}
