//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/poll"
)

const registryPatience = 20 * time.Second

// registryOn runs the distribution's registry on a host, where an engine needs no
// TLS for it, and returns what it is called there.
func registryOn(t *testing.T, h Host) string {
	t.Helper()
	return registryAt(t, h, "127.0.0.1:5000")
}

// registryAt runs it at an address of the host.
func registryAt(t *testing.T, h Host, listen string) string {
	t.Helper()
	folder := t.TempDir()
	config := filepath.Join(folder, "config.yml")
	const address = "127.0.0.1:5000"
	content := fmt.Sprintf("version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: %s}\n", filepath.Join(folder, "data"), listen)
	assert.NilError(t, os.WriteFile(config, []byte(content), 0o644))
	server := h.lab.command(t.Context(), "on", h.name, "docker-registry", "serve", config)
	assert.NilError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
		_, _ = h.lab.try(registryPatience, "on", h.name, "pkill", "-f", config)
	})
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if out, err := h.lab.try(registryPatience, "on", h.name, "sh", "-c", "curl -fs http://"+address+"/v2/"); err == nil && strings.Contains(out, "{}") {
			return poll.Success()
		}
		return poll.Continue("the registry doesn't answer")
	}, poll.WithTimeout(registryPatience))
	return address
}

// An image that one host has is pushed once, from there.
func TestPushOfAnImageThatOneHostHas(t *testing.T) {
	l := theLab(t, "20")
	p := l.Project(t, "services: {}")
	address := registryOn(t, l.Host(2))
	p.Write(t, fmt.Sprintf("services:\n  web: {image: %q, build: .}\n", address+"/web:1"))
	l.must(t, "docker", "h2", "pull", "busybox")
	l.must(t, "docker", "h2", "tag", "busybox", address+"/web:1")
	pushed := p.Do(t, "push")
	assert.Check(t, is.Contains(pushed.Stderr, address+"/web:1 Pushed [h2]"))
	assert.Check(t, is.Contains(l.must(t, "on", "h2", "curl", "-fs", "http://"+address+"/v2/web/tags/list"), `"1"`))
	l.must(t, "docker", "h2", "rmi", address+"/web:1")
	missing := p.Try(t, "push")
	assert.Check(t, missing.Code == 1 && strings.Contains(missing.Stderr, "no host has an image"), "%+v", missing)
}

// What is published in a real registry runs from there.
func TestPublishedProjectRuns(t *testing.T) {
	l := theLab(t, "20")
	p := l.Project(t, "services:\n  web: {image: busybox, command: sleep 1000, init: true, env_file: v.env}\n")
	p.File(t, "v.env", "WHERE=registry\n")
	address := registryHere(t, "")
	p.Do(t, "publish", "-y", address+"/app:1")
	p.Write(t, "services: {}")
	assert.NilError(t, os.Remove(filepath.Join(p.folder, "compose.yaml")))
	up := p.Do(t, "-f", "oci://"+address+"/app:1", "up", "-d", "-y")
	assert.Check(t, is.Contains(up.Stdout, "Your compose stack"))
	r := p.Replica(t, "web")
	assert.Equal(t, p.Inside(t, r, "echo $WHERE"), "registry")
}

// registryHere runs the distribution's registry on this machine, with further
// lines of its configuration.
func registryHere(t *testing.T, options string) string {
	t.Helper()
	folder := t.TempDir()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	address := free.Addr().String()
	assert.NilError(t, free.Close())
	config := filepath.Join(folder, "config.yml")
	content := fmt.Sprintf("version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: %q, relativeurls: true}\n", filepath.Join(folder, "data"), address)
	assert.NilError(t, os.WriteFile(config, []byte(content+options), 0o644))
	server := exec.CommandContext(t.Context(), "docker-registry", "serve", config)
	assert.NilError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			return poll.Continue("the registry doesn't answer: %v", err)
		}
		_ = conn.Close()
		return poll.Success()
	}, poll.WithTimeout(registryPatience))
	return address
}
