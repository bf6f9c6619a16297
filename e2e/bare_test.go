//go:build e2e

package e2e

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// bareLab is a lab of its own with machines that have SSH and no Docker.
func bareLab(t *testing.T, name string, count int) *Lab {
	t.Helper()
	home, err := os.MkdirTemp("", "clocker-e2e")
	assert.NilError(t, err)
	l := &Lab{Generation: "bare", name: cmp.Or(os.Getenv("LAB_PREFIX"), "test") + name, home: home}
	labs[name] = l
	l.must(t, "down") // what a killed run left
	l.must(t, "up", "0")
	l.boot(t, count)
	l.must(t, "env")
	assert.NilError(t, os.WriteFile(l.configFile(), []byte(l.must(t, "config", "ssh")), 0o600))
	t.Cleanup(func() { l.reportIfFailed(t) })
	return l
}

// boot boots bare machines, and waits until they answer.
func (l *Lab) boot(t *testing.T, count int) {
	t.Helper()
	for range count {
		l.must(t, "bare")
	}
	for n := range count {
		l.must(t, "await", fmt.Sprintf("h%d", n+1))
	}
}

// bareProject is a project whose traces go with the lab.
func bareProject(t *testing.T, l *Lab, composeFile string) *Project {
	t.Helper()
	p := &Project{Name: projectName(t), lab: l, folder: t.TempDir()}
	p.Write(t, composeFile)
	return p
}

func TestBareMachinesBecomeHostsByOneUp(t *testing.T) {
	l := bareLab(t, "bare", 3)
	shop := bareProject(t, l, example(t, "compose.yaml"))
	assert.NilError(t, os.WriteFile(filepath.Join(shop.folder, "shop.py"), []byte(example(t, "shop.py")), 0o600))
	assert.Check(t, is.Contains(shop.Do(t, "plan", "--format", "text").Stdout, "3 to join"))

	start := time.Now()
	shop.upBare(t, "--wait")
	t.Logf("three bare machines, nothing to running: %s", time.Since(start).Round(time.Second))
	hosts := map[string]bool{}
	for _, r := range shop.Ps(t) {
		hosts[r.Host] = true
	}
	assert.Equal(t, len(hosts), 3, "hosts in use: %v", hosts)
	page := get(t, "http://"+l.HostNamed(t, shop.Replica(t, "web").Host).Address(t)+":8080/")
	assert.Equal(t, count(t, page, "visits"), 1, page)
	assert.Check(t, is.Contains(shop.Do(t, "plan", "--format", "text").Stdout, "nothing to do"))

	for _, line := range strings.Split(strings.TrimSpace(shop.Do(t, "hosts", "doctor").Stdout), "\n") {
		assert.Check(t, is.Contains(line, "all is well"))
	}
	doctor := func() string { return shop.Try(t, "hosts", "doctor").Stdout }
	h1, h2, h3 := l.Host(1), l.Host(2), l.Host(3)

	own := h1.must(t, "cat", "/etc/machine-id")
	h1.must(t, "sh", "-c", "echo "+h2.must(t, "cat", "/etc/machine-id")+" >/etc/machine-id")
	assert.Check(t, is.Contains(doctor(), "h1: identity: same machine ID as h2; fix: on all but one: rm -f /etc/machine-id"))
	h1.must(t, "sh", "-c", "echo "+own+" >/etc/machine-id")

	h2.must(t, "iptables", "-I", "INPUT", "-p", "tcp", "--dport", "6783", "-j", "DROP")
	assert.Check(t, is.Contains(doctor(), "h1: reach: no answer from h2 at "+h2.Address(t)+" on 6783/tcp; fix: "))
	h2.must(t, "iptables", "-D", "INPUT", "-p", "tcp", "--dport", "6783", "-j", "DROP")

	// Routers have the ports of UDP, and tell of each other.
	h2.must(t, "iptables", "-I", "INPUT", "-p", "udp", "--dport", "6783:6784", "-j", "DROP")
	h2.must(t, "docker", "restart", "clocker-router")
	eventually(t, 2*time.Minute, "the routers miss each other", func() error {
		found := doctor()
		for _, want := range []string{"h1: fabric: its router has no connection with that of h2", "open 6783/tcp, 6783/udp and 6784/udp"} {
			if !strings.Contains(found, want) {
				return errors.New(found)
			}
		}
		return nil
	})
	h2.must(t, "iptables", "-D", "INPUT", "-p", "udp", "--dport", "6783:6784", "-j", "DROP")
	eventually(t, 2*time.Minute, "all is well again", func() error {
		if r := shop.Try(t, "hosts", "doctor"); r.Code != 0 {
			return errors.New(r.Stdout)
		}
		return nil
	})

	h3.Cut(t)
	found := doctor()
	assert.Check(t, is.Contains(found, "h3: connection: "))
	assert.Check(t, is.Contains(found, "h1: reach: no answer from h3 at "))
}

func (h Host) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := h.Run(args...)
	assert.NilError(t, err, "%s on %s", strings.Join(args, " "), h)
	return out
}

// upBare brings a project up while Docker is installed on its hosts.
func (p *Project) upBare(t *testing.T, args ...string) {
	t.Helper()
	assert.NilError(t, p.patiently(t.Context(), program(t), append([]string{"up", "-d"}, args...)...))
}

// patiently runs the program where that may take long because much else is going
// on. The error has what it printed.
func (p *Project) patiently(ctx context.Context, program string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	out, err := p.command(ctx, program, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", args, err, out)
	}
	return nil
}
