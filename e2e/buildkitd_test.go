//go:build e2e

package e2e

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts/certs"
)

// buildkitd is a BuildKit of its own on this machine.
type buildkitd struct {
	// folder holds its socket, and keys those of its users.
	folder, keys string
	// port is that of TLS, at 127.0.0.1.
	port string
}

func (b buildkitd) unix() string { return "unix://" + filepath.Join(b.folder, "buildkitd.sock") }
func (b buildkitd) tcp() string  { return "tcp://127.0.0.1:" + b.port }

// key is a file of TLS: ca.pem, cert.pem, key.pem.
func (b buildkitd) key(name string) string { return filepath.Join(b.keys, name) }

// tool builds a program of BuildKit's, the version that this project uses, in
// the project's bin, where it stays for the next time.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "bin", name))
	assert.NilError(t, err)
	build := exec.CommandContext(t.Context(), "go", "build", "-modfile=tools/buildkitd.mod", "-ldflags=-s -w", "-o", path, "github.com/moby/buildkit/cmd/"+name)
	build.Dir = ".."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	assert.NilError(t, err, "%s", out)
	return path
}

// buildkitd runs until the test ends. It takes base images from the mirror of
// the lab, and speaks to the unencrypted socket, and over TCP to those who have
// a certificate. It takes images from registries without TLS, too.
func (l *Lab) buildkitd(t *testing.T, registries ...string) buildkitd {
	t.Helper()
	program := tool(t, "buildkitd")
	folder, err := os.MkdirTemp("", "builder") // sockets have short names
	assert.NilError(t, err)
	b := buildkitd{folder: folder, keys: t.TempDir(), port: freePort(t)}
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "buildkitd.toml"), []byte(b.config(t, l, registries)), 0o600))
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
		for _, at := range []struct{ network, address string }{{"unix", filepath.Join(folder, "buildkitd.sock")}, {"tcp", "127.0.0.1:" + b.port}} {
			conn, err := net.Dial(at.network, at.address)
			if err != nil {
				return err
			}
			_ = conn.Close()
		}
		return nil
	})
	return b
}

func (b buildkitd) config(t *testing.T, l *Lab, registries []string) string {
	t.Helper()
	mirror, err := os.ReadFile(l.state("mirror"))
	assert.NilError(t, err)
	authority, err := certs.OpenAuthority(b.keys, time.Now())
	assert.NilError(t, err)
	server, err := authority.Server("builder.example", 48*time.Hour)
	assert.NilError(t, err)
	_, err = authority.Client(48 * time.Hour)
	assert.NilError(t, err)
	more := ""
	for _, name := range registries {
		more += fmt.Sprintf("[registry.%q]\n  http = true\n", name)
	}
	return strings.NewReplacer("FOLDER", b.folder, "PORT", b.port, "MIRROR", strings.TrimSpace(string(mirror)),
		"CERT", server.Cert, "KEY", server.Key, "AUTHORITY", authority.CA()).Replace(`
root = "FOLDER/root"
[grpc]
  address = ["unix://FOLDER/buildkitd.sock", "tcp://127.0.0.1:PORT"]
  [grpc.tls]
    cert = "CERT"
    key = "KEY"
    ca = "AUTHORITY"
[worker.containerd]
  enabled = false
[worker.oci]
  enabled = true
  networkMode = "host"
[registry."docker.io"]
  mirrors = ["MIRROR"]
[registry."MIRROR"]
  http = true
`) + more
}

// freePort is a port of this machine that nobody has.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	assert.NilError(t, err)
	return port
}

// keepBuilder writes a builder as `docker buildx create` does, and returns the
// folder that BUILDX_CONFIG is to name.
func keepBuilder(t *testing.T, folder, name, driver, endpoint string, options string) {
	t.Helper()
	assert.NilError(t, os.MkdirAll(filepath.Join(folder, "instances"), 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "instances", name), []byte(fmt.Sprintf(
		`{"Name": %q, "Driver": %q, "Nodes": [{"Name": "%s0", "Endpoint": %q, "Platforms": null, "DriverOpts": %s, "Flags": null, "Files": null}], "Dynamic": false}`,
		name, driver, name, endpoint, options)), 0o600))
}
