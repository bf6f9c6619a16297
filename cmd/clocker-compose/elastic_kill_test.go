package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

var kills = flag.Int("kills", 2, "how often TestKilledWhileHostsAreMadeAndDeleted kills an up and a down")

const elasticFile = `
name: shop
services:
  web: {image: nginx, scale: 10}
x-clocker:
  locations:
    burst:
      provider: fake
      template: {size: small}
      strategies: [{max-containers: 4}]
      max: 4
      headroom: {containers: 4}
      remove-empty: true
`

// A run that is killed at any moment leaves neither a machine that nobody knows
// nor one that isn't used: the next one finishes what it began.
func TestKilledWhileHostsAreMadeAndDeleted(t *testing.T) {
	d := newElasticDir(t, t.TempDir(), elasticFile)
	up, down := d.finish("up", "-d", "-y"), d.finish("down")
	for range *kills {
		d.kill(up, "up", "-d", "-y")
		d.finish("up", "-d", "-y")
		assert.Equal(t, d.machines(), "burst-1 burst-2 burst-3 burst-4")
		assert.Equal(t, strings.Count(d.output("ps", "--format", "{{.Name}}"), "shop-web-"), 10)
		assert.Equal(t, d.output("hosts", "autoscale", "--delay", "0s"), "nothing to do\n")
		d.kill(down, "down")
		d.finish("down")
		assert.Equal(t, d.machines(), "burst-1") // the headroom
	}
}

// elasticDir is a folder with a project, and a pool whose hosts are files.
type elasticDir struct {
	t *testing.T
	// dir is the project's and the user's, shared the pool's.
	dir, shared string
	pool        *fake.Pool
}

func newElasticDir(t *testing.T, shared, composeFile string) *elasticDir {
	t.Helper()
	d := &elasticDir{t: t, dir: t.TempDir(), shared: shared}
	assert.NilError(t, os.WriteFile(filepath.Join(d.dir, "compose.yaml"), []byte(composeFile), 0o600))
	pool, err := fake.Open(shared)
	assert.NilError(t, err)
	d.pool = pool
	return d
}

func (d *elasticDir) command(args ...string) *exec.Cmd {
	for _, host := range []string{"burst-1", "burst-2", "burst-3", "burst-4"} {
		d.pool.Engine(hosts.Host{Name: host}).Publish("nginx")
	}
	c := exec.CommandContext(d.t.Context(), "clocker-compose", args...) //nolint:gosec // this test's own binary
	c.Dir = d.dir
	c.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.dir, poolVariable + "=" + d.shared}
	return c
}

// finish runs a command to its end, and returns how long it took.
func (d *elasticDir) finish(args ...string) time.Duration {
	d.t.Helper()
	began := time.Now()
	assert.NilError(d.t, d.try(args...))
	return time.Since(began)
}

// try runs a command; its error has what it printed.
func (d *elasticDir) try(args ...string) error {
	out, err := d.command(args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", args, err, out)
	}
	return nil
}

func (d *elasticDir) output(args ...string) string {
	d.t.Helper()
	out, err := d.command(args...).Output()
	assert.NilError(d.t, err, "%s", args)
	return string(out)
}

// kill runs a command that usually takes so long, and kills it at some moment.
func (d *elasticDir) kill(usual time.Duration, args ...string) {
	d.t.Helper()
	c := d.command(args...)
	assert.NilError(d.t, c.Start())
	after := rand.N(usual)
	d.t.Logf("%s is killed after %s of some %s", args, after, usual)
	time.Sleep(after) // the moment is the test's input
	_ = c.Process.Kill()
	_ = c.Wait()
}

func (d *elasticDir) machines() string {
	d.t.Helper()
	found, err := d.pool.Cloud().List(d.t.Context(), hosts.Location{Name: "burst"})
	assert.NilError(d.t, err)
	var names []string
	for _, m := range found {
		names = append(names, m.Name)
	}
	return strings.Join(names, " ")
}
