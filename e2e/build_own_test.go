//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// buildkitd runs a BuildKit of its own on this machine until the test ends, and
// returns its address. It takes base images from the mirror of the lab.
func (l *Lab) buildkitd(t *testing.T) string {
	t.Helper()
	program := filepath.Join(os.Getenv("ENGINE29_BIN"), "buildkitd")
	if _, err := os.Stat(program); err != nil {
		t.Skip("buildkitd is not here: 'make engine29' builds it")
	}
	folder, err := os.MkdirTemp("", "builder") // sockets have short names
	assert.NilError(t, err)
	mirror, err := os.ReadFile(l.state("mirror"))
	assert.NilError(t, err)
	config := fmt.Sprintf(`
root = %q
[grpc]
  address = ["unix://%s"]
[worker.containerd]
  enabled = false
[worker.oci]
  enabled = true
  networkMode = "host"
[registry."docker.io"]
  mirrors = [%q]
[registry.%q]
  http = true
`, filepath.Join(folder, "root"), filepath.Join(folder, "socket"), strings.TrimSpace(string(mirror)), strings.TrimSpace(string(mirror)))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "buildkitd.toml"), []byte(config), 0o600))
	var log bytes.Buffer
	daemon := exec.CommandContext(t.Context(), program, "--config", filepath.Join(folder, "buildkitd.toml"))
	daemon.Stdout, daemon.Stderr = &log, &log
	daemon.Cancel = func() error { return daemon.Process.Signal(syscall.SIGTERM) }
	daemon.WaitDelay = 20 * time.Second
	assert.NilError(t, daemon.Start())
	t.Cleanup(func() {
		_ = daemon.Wait()
		if t.Failed() {
			t.Logf("buildkitd says:\n%s", log.String())
		}
		assert.Check(t, os.RemoveAll(folder))
	})
	eventually(t, time.Minute, "buildkitd listens", func() error {
		_, err := os.Stat(filepath.Join(folder, "socket"))
		return err
	})
	return "unix://" + filepath.Join(folder, "socket")
}

// A BuildKit of its own builds, with secrets and files of this machine; the
// hosts that run the image have it then, and the others get it from them.
func TestBuildByABuilderOfItsOwn(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		address := l.buildkitd(t)
		p := l.Project(t, `
x-clocker: {build: {builder: "`+address+`"}}
services:
  web:
    build:
      context: .
      secrets: [s]
      ulimits: {nofile: 500}
      tags: ["`+projectName(t)+`:second"]
    command: sleep 1000
    init: true
    deploy: {mode: global}
secrets: {s: {file: ./secret}}
`)
		p.File(t, "Dockerfile", "FROM busybox\nCOPY page /page\nRUN --mount=type=secret,id=s wc -c < /run/secrets/s > /size; ulimit -n > /limit\n")
		p.File(t, "page", p.Name)
		p.File(t, "secret", "1234567")
		up := p.Up(t)
		assert.Equal(t, strings.Count(up.Stderr, " Built"), 1, up.Stderr)
		replicas := p.Replicas(t, "web")
		assert.Equal(t, len(replicas), 3)
		for _, r := range replicas {
			assert.Equal(t, p.Inside(t, r, "cat /page /size /limit"), p.Name+"7\n500")
		}
		p.noCouriers(t, l)
		before := p.IDs(t)
		p.Up(t, "--build")
		assert.DeepEqual(t, p.IDs(t), before) // nothing has changed

		p.File(t, "Dockerfile", "FROM busybox\nRUN false\n")
		failed := p.Try(t, "build")
		assert.Check(t, failed.Code == 1 && strings.Contains(failed.Stderr, "Dockerfile:2: [2/2] RUN false: exit code: 1"), "%v", failed)
		absent := p.Try(t, "build", "--builder", "tcp://127.0.0.1:1")
		assert.Check(t, absent.Code == 1 && strings.Contains(absent.Stderr, "reach the builder tcp://127.0.0.1:1"), "%v", absent)
		p.File(t, "Dockerfile", "FROM busybox\nCOPY page /page\n")
		p.Write(t, "services: {web: {build: .}}\n")
		own := p.Do(t, "build", "--builder", address)
		assert.Check(t, is.Contains(own.Stderr, "Built"))
		p.Do(t, "down", "--rmi", "all")
	})
}
