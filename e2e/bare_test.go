//go:build e2e

package e2e

import (
	"cmp"
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
	for range count {
		l.must(t, "bare")
	}
	for n := range count {
		l.must(t, "await", fmt.Sprintf("h%d", n+1))
	}
	l.must(t, "env")
	assert.NilError(t, os.WriteFile(l.configFile(), []byte(l.must(t, "config", "ssh")), 0o600))
	t.Cleanup(func() { l.reportIfFailed(t) })
	return l
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
	shop.Up(t, "--wait")
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
	assert.Check(t, is.Contains(doctor(), "h1: reach: no answer from h2 on "+h2.Address(t)+":6783; fix: "))
	h2.must(t, "iptables", "-D", "INPUT", "-p", "tcp", "--dport", "6783", "-j", "DROP")

	h3.Cut(t)
	found := doctor()
	assert.Check(t, is.Contains(found, "h3: connection: "))
	assert.Check(t, is.Contains(found, "h1: reach: no answer from h3 on "))
}

func (h Host) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := h.Run(args...)
	assert.NilError(t, err, "%s on %s", strings.Join(args, " "), h)
	return out
}

// What keeps a machine from being a host is named, with the remedy, and the
// machine is left as it was; without it the next run finishes.
func TestBareMachineWithFaults(t *testing.T) {
	l := bareLab(t, "faulty", 1)
	h := l.Host(1)
	p := bareProject(t, l, "services: {}\n")
	p.environment = []string{"CLOCKER_CONFIG=" + filepath.Join(t.TempDir(), "config.yaml")}
	refused := func(user string, words ...string) {
		t.Helper()
		r := p.Try(t, "hosts", "add", "ssh://"+user+"@"+h.Address(t))
		assert.Check(t, r.Code != 0, "%s", r)
		for _, w := range words {
			assert.Check(t, is.Contains(r.Stderr, w))
		}
		_, err := h.Run("sh", "-c", "command -v dockerd")
		assert.Check(t, err != nil, "Docker was installed all the same")
	}
	refused("plain", "plain may not become root without a password", "NOPASSWD")
	refused("stranger", "ssh refuses to log us in", "make this work first")

	known := l.state("keys/known_hosts")
	right, err := os.ReadFile(known)
	assert.NilError(t, err)
	wrong, err := os.ReadFile(l.state("keys/id.pub"))
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(known, []byte(h.Address(t)+" "+string(wrong)), 0o600))
	refused("root", "its ssh host key is not the one that is known", "ssh-keygen -R")
	assert.NilError(t, os.WriteFile(known, right, 0o600))

	h.must(t, "mv", "/usr/bin/apt-get", "/usr/bin/apt-got")
	refused("root", "no package manager that we know", "https://docs.docker.com/engine/install")
	h.must(t, "mv", "/usr/bin/apt-got", "/usr/bin/apt-get")

	h.must(t, "sh", "-c", `printf '#!/bin/sh\n[ "$1" = +%%s ] || exec /bin/date "$@"\necho $(($(/bin/date +%%s) + 3700))\n' >/usr/local/bin/date && chmod +x /usr/local/bin/date`)
	refused("root", "clock: is 61 minutes ahead yours", "timedatectl set-ntp true")
	h.must(t, "rm", "/usr/local/bin/date")

	h.must(t, "mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", "/var/cache")
	refused("root", "disk: 20 MiB are free at /var/cache", "make room there")
	h.must(t, "umount", "/var/cache")

	// full while Docker is being unpacked
	h.must(t, "mkdir", "-p", "/usr/share/docker.io")
	h.must(t, "mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", "/usr/share/docker.io")
	r := p.Try(t, "hosts", "add", "ssh://root@"+h.Address(t))
	assert.Check(t, r.Code != 0, "%s", r)
	assert.Check(t, is.Contains(r.Stderr, "No space left on device"))
	h.must(t, "umount", "/usr/share/docker.io")

	// killed half way, and then another program has the packages for a while
	done := make(chan Result, 1)
	go func() { done <- p.Try(t, "hosts", "add", "--name", "h1", "ssh://admin@"+h.Address(t)) }()
	eventually(t, time.Minute, "packages are being unpacked", func() error {
		_, err := h.Run("pkill", "-9", "-x", "dpkg")
		return err
	})
	t.Logf("killed: %s", <-done)
	h.must(t, "sh", "-c", `python3 -c "
import fcntl, time
f = open('/var/lib/dpkg/lock-frontend', 'w'); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(8)" >/dev/null 2>&1 &`)
	if r := p.Try(t, "hosts", "ls", "-q"); strings.TrimSpace(r.Stdout) != "h1" {
		p.Do(t, "hosts", "add", "--name", "h1", "ssh://admin@"+h.Address(t))
	}
	assert.Check(t, is.Contains(p.Do(t, "hosts", "doctor", "h1").Stdout, "h1: all is well"))
	assert.Check(t, is.Contains(p.Do(t, "hosts", "exec", "h1", "docker", "version").Stdout, "Server:"))
}
