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

	"github.com/clocker-compose/clocker-compose/hosts/certs"
)

// reachByTLS lets the engine of a host listen with certificates that `hosts certs`
// made, in the way that it prints, and tries what may be wrong with them.
func reachByTLS(t *testing.T, p *Project, h Host) {
	t.Helper()
	told := p.Do(t, "hosts", "certs", h.Address(t)).Stdout
	mine := filepath.Join(filepath.Dir(strings.TrimPrefix(p.environment[0], "CLOCKER_CONFIG=")), "certs")
	others := t.TempDir()
	p.Do(t, "hosts", "certs", "--folder", others, h.Address(t))

	add := func(authority, client string) []string {
		return []string{
			"hosts", "add", "--name", "tls", "tcp://" + h.Address(t) + ":2376", "--tlscacert", filepath.Join(authority, "ca.pem"),
			"--tlscert", filepath.Join(client, "cert.pem"), "--tlskey", filepath.Join(client, "key.pem"),
		}
	}
	refused := func(args []string, words ...string) {
		t.Helper()
		r := p.Try(t, args...)
		assert.Check(t, r.Code != 0, "%s", r)
		for _, w := range words {
			assert.Check(t, is.Contains(r.Stderr, w))
		}
		assert.Check(t, !strings.Contains(p.Do(t, "hosts", "ls", "-q").Stdout, "tls"), "it is a host all the same")
	}

	// An engine whose certificate has expired.
	listenWithTLS(t, h, told, mine, expired(t, mine).server(t, h.Address(t)))
	refused(add(mine, mine), "its certificate is not valid now", "renew it, as hosts certs does, or set the clock")

	listenWithTLS(t, h, told, mine, filepath.Join(mine, h.Address(t)))
	refused(add(others, mine), "its certificate is not signed by "+others, "is this the right machine, and tls.ca the file of its authority?")
	refused(add(mine, others), "it refuses our certificate", "give tls.cert and tls.key as its authority signed them")
	refused(add(mine, expired(t, mine).client(t)), "our certificate has expired on ", "renew it, as hosts certs does, or set the clock")
	refused(add(mine, mine)[:5], "the engine wants TLS: give its ca, cert and key")

	// What is printed is what works.
	_, command, _ := strings.Cut(told, "then here: ")
	command, _, _ = strings.Cut(command, "\n")
	p.Do(t, append(strings.Fields(command)[1:], "--name", "tls")...)
	assert.Check(t, is.Contains(p.Do(t, "hosts", "doctor", "tls").Stdout, "tls: all is well"))
}

// listenWithTLS puts certificates on the machine of a host, and has its engine
// listen, with the command that `hosts certs` told.
func listenWithTLS(t *testing.T, h Host, told, authority, server string) {
	t.Helper()
	_, command, _ := strings.Cut(told, "start the engine there with: ")
	command, _, _ = strings.Cut(command, "\n")
	h.must(t, "mkdir", "-p", "/etc/docker/certs", "/etc/systemd/system/docker.service.d")
	for from, to := range map[string]string{
		filepath.Join(authority, "ca.pem"): "ca.pem", filepath.Join(server, "cert.pem"): "cert.pem", filepath.Join(server, "key.pem"): "key.pem",
	} {
		content, err := os.ReadFile(from)
		assert.NilError(t, err)
		h.must(t, "sh", "-c", `printf %s "$1" >/etc/docker/certs/$2`, "sh", string(content), to)
	}
	h.must(t, "sh", "-c", `printf '[Service]\nExecStart=\nExecStart=/usr/sbin/%s\n' "$1" >/etc/systemd/system/docker.service.d/tls.conf`, "sh", command)
	h.must(t, "systemctl", "daemon-reload")
	h.must(t, "systemctl", "restart", "docker")
}

// formerly is an authority as it was long ago: what it signed has expired.
type formerly struct{ folder string }

func expired(t *testing.T, folder string) formerly {
	t.Helper()
	f := formerly{t.TempDir()}
	for _, file := range []string{"ca.pem", "ca-key.pem"} {
		content, err := os.ReadFile(filepath.Join(folder, file))
		assert.NilError(t, err)
		assert.NilError(t, os.WriteFile(filepath.Join(f.folder, file), content, 0o600))
	}
	return f
}

func (f formerly) authority(t *testing.T) *certs.Authority {
	t.Helper()
	a, err := certs.OpenAuthority(f.folder, time.Now().Add(-72*time.Hour))
	assert.NilError(t, err)
	return a
}

// server is the folder with the certificate of an engine.
func (f formerly) server(t *testing.T, address string) string {
	t.Helper()
	p, err := f.authority(t).Server(address, 24*time.Hour)
	assert.NilError(t, err)
	return filepath.Dir(p.Cert)
}

// client is the folder with the certificate of a user.
func (f formerly) client(t *testing.T) string {
	t.Helper()
	p, err := f.authority(t).Client(24 * time.Hour)
	assert.NilError(t, err)
	return filepath.Dir(p.Cert)
}
