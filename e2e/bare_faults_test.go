//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts/join"
)

// What keeps a machine from being a host is named, with the remedy, and the
// machine is left as it was; without it the next run finishes.
func TestBareMachineWithFaults(t *testing.T) {
	l := bareLab(t, "faulty", 1)
	h := l.Host(1)
	p := bareProject(t, l, "services: {}\n")
	config := filepath.Join(t.TempDir(), "config.yaml")
	p.environment = []string{"CLOCKER_CONFIG=" + config}
	h.must(t, "sh", "-c", "cloud-init status --wait || true") // its boot writes files, too
	refused := func(user string, words ...string) {
		t.Helper()
		h.must(t, "touch", "/root/before")
		r := p.Try(t, "hosts", "add", "ssh://"+user+"@"+h.Address(t))
		assert.Check(t, r.Code != 0, "%s", r)
		for _, w := range words {
			assert.Check(t, is.Contains(r.Stderr, w))
		}
		changed := h.must(t, "find", "/etc", "/usr", "/var/lib/dpkg", "/var/lib/apt", "-newer", "/root/before")
		assert.Check(t, is.Equal(changed, ""), "the machine isn't as it was")
		_, err := os.Stat(config)
		assert.Check(t, os.IsNotExist(err), "it is a host all the same")
	}
	refused("plain", "plain may not become root without a password", "NOPASSWD")
	refused("stranger", "ssh refuses to log us in", "make this work first")

	id := l.state("keys/id")
	assert.NilError(t, os.Rename(id, id+".right"))
	stranger, err := join.NewHostKey()
	assert.NilError(t, err)
	assert.NilError(t, os.WriteFile(id, []byte(stranger.Private), 0o600))
	refused("root", "ssh refuses to log us in", "make this work first: ssh root@")
	assert.NilError(t, os.Rename(id+".right", id))

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

	// What a host lost is done again.
	h.must(t, "rm", "/etc/sysctl.d/90-clocker.conf")
	r = p.Try(t, "hosts", "doctor", "h1")
	assert.Check(t, is.Contains(r.Stdout, "h1: forwarding: to do: let packets be forwarded, at boot too; `hosts doctor --fix` does it"))
	assert.Check(t, is.Contains(p.Do(t, "hosts", "doctor", "--fix", "h1").Stdout, "h1: all is well"))

	reachByTLS(t, p, h)
}
