package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// A cloud that fails is told once, however often it is looked at, and Ctrl-C
// while nothing is to be done ends the watch without another word.
func TestAutoscaleWatchInterruptedIdle(t *testing.T) {
	d := newElasticDir(t, t.TempDir(), elasticFile)
	d.pool.Cloud().Inject(fake.Fault{Method: "List", Kind: fake.Unreachable})
	watch, said := d.watch()
	d.called("List", 6)
	d.pool.Cloud().Heal()
	d.await("burst-1 is a host", func() bool { return d.output("hosts", "ls", "--format", "{{.Name}} {{.Status}}") == "burst-1 ready\n" })
	looks := d.calls("List")
	d.called("List", looks+2)

	assert.NilError(t, watch.Process.Signal(os.Interrupt))
	_ = watch.Wait()
	assert.Equal(t, watch.ProcessState.ExitCode(), 130)
	assert.Check(t, cmp.Equal(strings.Count(said.String(), "connection refused"), 1), said.String())
	assert.Check(t, !strings.Contains(said.String(), "cancel"), said.String())
}

// Ctrl-C while a machine that was made doesn't answer yet: the next look finishes it, and orders no other.
func TestAutoscaleWatchInterruptedAtWork(t *testing.T) {
	d := newElasticDir(t, t.TempDir(), elasticFile)
	burst := d.pool.Engine(hosts.Host{Name: "burst-1"})
	burst.Inject(fake.Fault{Delay: time.Hour})
	watch, said := d.watch()
	d.called("Create", 1)
	d.await("the machine is there", func() bool { return d.machines() == "burst-1" })

	assert.NilError(t, watch.Process.Signal(os.Interrupt))
	_ = watch.Wait()
	assert.Equal(t, watch.ProcessState.ExitCode(), 130)
	assert.Check(t, !strings.Contains(said.String(), "Error"), said.String())
	assert.Check(t, cmp.Contains(said.String(), "autoscale was interrupted: run it again to finish what it began"))

	burst.Heal()
	d.finish("hosts", "autoscale", "-y")
	assert.Equal(t, d.output("hosts", "ls", "--format", "{{.Name}} {{.Status}}"), "burst-1 ready\n")
	assert.Equal(t, d.calls("Create"), 1)
}

// watch starts to watch the hosts; what it says can be read once it has ended.
func (d *elasticDir) watch() (*exec.Cmd, *bytes.Buffer) {
	d.t.Helper()
	c, said := d.command("hosts", "autoscale", "--watch", "-y", "--interval", "10ms"), &bytes.Buffer{}
	c.Stdout, c.Stderr = said, said
	assert.NilError(d.t, c.Start())
	return c, said
}

// calls is how often a method of the cloud was called.
func (d *elasticDir) calls(method string) int {
	n := 0
	for _, call := range d.pool.Cloud().Calls() {
		if call.Method == method {
			n++
		}
	}
	return n
}

func (d *elasticDir) called(method string, times int) {
	d.t.Helper()
	d.await(method+" is called", func() bool { return d.calls(method) >= times })
}

func (d *elasticDir) await(what string, done func() bool) {
	d.t.Helper()
	poll.WaitOn(d.t, func(poll.LogT) poll.Result {
		if !done() {
			return poll.Continue("not yet: %s", what)
		}
		return poll.Success()
	}, poll.WithTimeout(2*time.Minute))
}

// Run again, hosts create would make others: Ctrl-C tells what finishes those that it began.
func TestHostsCreateInterrupted(t *testing.T) {
	d := newElasticDir(t, t.TempDir(), elasticFile)
	burst := d.pool.Engine(hosts.Host{Name: "burst-1"})
	burst.Inject(fake.Fault{Delay: time.Hour})
	c, said := d.command("hosts", "create", "burst", "-y"), &bytes.Buffer{}
	c.Stdout, c.Stderr = said, said
	assert.NilError(t, c.Start())
	d.await("the machine is there", func() bool { return d.machines() == "burst-1" })
	assert.NilError(t, c.Process.Signal(os.Interrupt))
	_ = c.Wait()
	assert.Equal(t, c.ProcessState.ExitCode(), 130)
	assert.Check(t, cmp.Contains(said.String(), "`clocker-compose hosts create burst HOST...` finishes that"))

	burst.Heal()
	d.finish("hosts", "create", "burst", "burst-1", "-y")
	assert.Equal(t, d.machines(), "burst-1")
}
