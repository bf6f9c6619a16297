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

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
	engines "github.com/clocker-compose/clocker-compose/hosts/docker"
	"github.com/clocker-compose/clocker-compose/hosts/local"
)

// laptop is the one host of a lab, on which the program runs as its user would
// run it: with the engine that is there, and nothing else.
type laptop struct {
	lab    *Lab
	folder string
}

func newLaptop(t *testing.T, name string) *laptop {
	t.Helper()
	l := &laptop{&Lab{Generation: "20", name: cmp.Or(os.Getenv("LAB_PREFIX"), "test") + name}, t.TempDir()}
	labs[name] = l.lab
	l.lab.must(t, "down") // what a killed run left
	l.lab.must(t, "up", "1")
	l.lab.must(t, "image", "docker")
	runc, err := filepath.Abs("lab/lesser-runc")
	assert.NilError(t, err)
	l.write(t, l.lab.state("hosts/h1/daemon.json"), fmt.Sprintf(`{"runtimes": {"lesser": {"path": %q}}, "default-runtime": "lesser"}`, runc))
	l.lab.must(t, "engine", "h1")
	t.Cleanup(func() { l.lab.reportIfFailed(t) })
	return l
}

func (l *laptop) write(t *testing.T, path, content string) {
	t.Helper()
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
}

// run runs a command on the laptop, in the project's folder.
func (l *laptop) run(t *testing.T, words ...string) string {
	t.Helper()
	here := []string{"on", "h1", "env", "-C", l.folder, "HOME=" + l.folder, "XDG_CONFIG_HOME=" + l.folder, "DOCKER_CONFIG=" + l.folder, "DOCKER_HOST=", "DOCKER_CONTEXT="}
	return l.lab.must(t, append(here, words...)...)
}

func (l *laptop) do(t *testing.T, words ...string) string {
	t.Helper()
	return l.run(t, append([]string{program(t)}, words...)...)
}

// mirror is what the engines of the laptop's hosts pull from.
func (l *laptop) mirror(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile(l.lab.state("mirror"))
	assert.NilError(t, err)
	return strings.TrimSpace(string(content))
}

func TestHostsOnALaptop(t *testing.T) {
	l := newLaptop(t, "laptop")
	l.write(t, filepath.Join(l.folder, "clocker/config.yaml"), fmt.Sprintf(`
default: laptop
locations:
  laptop:
    provider: local
    max: 3
    strategies: [{max-containers: 2}]
    remove-empty: true
    template: {dockerd: ["--registry-mirror=http://%[1]s", "--insecure-registry=%[1]s"]}
`, l.mirror(t)))
	l.write(t, filepath.Join(l.folder, "compose.yaml"), example(t, "compose.yaml"))
	l.write(t, filepath.Join(l.folder, "shop.py"), example(t, "shop.py"))

	began := time.Now()
	l.do(t, "up", "-d", "-y", "--wait")
	t.Logf("from a location without hosts to a shop on two: %s", time.Since(began).Round(time.Second))
	assert.Check(t, is.Equal(l.do(t, "hosts", "ls", "-q"), "laptop-1\nlaptop-2"))
	hosts := map[string]bool{}
	for _, h := range strings.Fields(l.do(t, "ps", "--format", "{{.Host}}")) {
		hosts[h] = true
	}
	assert.Check(t, is.Len(hosts, 2))
	assert.Check(t, is.Contains(l.run(t, "curl", "-sS", "--fail", "--retry", "20", "--retry-all-errors", "http://"+l.do(t, "port", "web", "8080")), "orders"))
	assert.Check(t, is.Equal(l.do(t, "hosts", "exec", "laptop-2", "hostname"), "laptop-2"))
	assert.Check(t, is.Contains(l.do(t, "hosts", "doctor"), "laptop-2: all is well"))

	l.do(t, "down", "-v")
	assert.Check(t, is.Equal(l.do(t, "hosts", "ls", "-q"), ""))
	assert.Check(t, is.Equal(l.run(t, "docker", "ps", "-aq"), ""))
	assert.Check(t, is.Equal(l.run(t, "docker", "volume", "ls", "-q"), ""))
}

// TestLocalProviderConforms has containers that only pretend to be hosts: what is
// looked at here is how the outer engine keeps them.
func TestLocalProviderConforms(t *testing.T) {
	l := newLaptop(t, "pretend")
	l.run(t, "docker", "run", "--name", "pretend", "busybox", "sh", "-c", `printf '#!/bin/sh\nexec sleep 1d\n' >/bin/dockerd; chmod +x /bin/dockerd`)
	l.run(t, "docker", "commit", "pretend", "pretend")
	l.run(t, "docker", "rm", "pretend")
	engine, err := engines.Open(hosts.Host{Endpoint: hosts.Endpoint{URL: "unix://" + l.lab.state("run/h1.sock")}}, engines.Options{})
	assert.NilError(t, err)
	defer engine.Close()
	conformance.Providers(t, conformance.Cloud{
		Open: func(_ *testing.T, location hosts.Location) (hosts.Provider, error) {
			return local.Kind().Open(hosts.ProviderSetup{Location: location, Engine: func() (hosts.MachineEngine, error) { return engine, nil }})
		},
		Template: hosts.Template{"image": "pretend"},
		Wrong:    map[string]hosts.Template{"no-such-image": {"image": "no-such-image"}},
		Many:     3,
	})
	assert.Check(t, is.Equal(l.run(t, "docker", "ps", "-aq"), ""))
}
