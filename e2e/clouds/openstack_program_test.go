//go:build clouds

package clouds

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/openstack"
)

const serversFile = `
services:
  web: {image: busybox, command: sleep 1h}
x-clocker:
  locations:
    cloud:
      provider: openstack
      template: {image: debian-12, size: %s, networks: [lan], start-timeout: %s, list-timeout: 5m}
      max: %d
      remove-empty: true
`

// renter is a user with a location of OpenStack's, which is left without servers.
type renter struct {
	*user
	account account
	servers hosts.Provider
}

func newRenter(t *testing.T, size string, startTimeout time.Duration, most int) *renter {
	t.Helper()
	r := &renter{newUser(t, fmt.Sprintf(serversFile, size, startTimeout, most)), administer(t), opened(t, openstack.Kind(), cloudLocation("cloud", nil))}
	r.account.limit(t, -1)
	t.Cleanup(func() {
		r.account.limit(t, -1)
		for _, m := range r.machines(t) {
			assert.Check(t, r.servers.Delete(within(t), m))
		}
	})
	return r
}

// machines are those that there are and stay.
func (r *renter) machines(t *testing.T) (all []hosts.Machine) {
	t.Helper()
	listed, err := r.servers.List(within(t), cloudLocation("cloud", nil))
	assert.NilError(t, err)
	for _, m := range listed {
		if m.State != hosts.MachineDeleting {
			all = append(all, m)
		}
	}
	return all
}

// refused runs what has to fail, and says all of the words.
func (r *renter) refused(t *testing.T, args []string, words ...string) {
	t.Helper()
	got := r.try(within(t), t, args...)
	assert.Check(t, is.Equal(got.code, 1))
	for _, w := range words {
		assert.Check(t, is.Contains(got.stderr, w))
	}
	assert.Check(t, !strings.Contains(got.stdout+got.stderr, "PRIVATE KEY"))
}

// TestOpenStackProgramRefused is what a user is told who asks for what the cloud
// doesn't have.
func TestOpenStackProgramRefused(t *testing.T) {
	create := []string{"hosts", "create", "cloud", "-y"}
	r := newRenter(t, "huge", time.Minute, 3)
	r.refused(t, create, "location cloud: create machine cloud-1: size huge: the cloud has no such flavor; there are ", "small")
	r.refused(t, []string{"up", "-d", "-y"}, "size huge: the cloud has no such flavor")
	assert.Check(t, is.Len(r.machines(t), 0))

	r = newRenter(t, "vast", time.Minute, 3)
	r.refused(t, create, "location cloud: create machine cloud-1: no capacity: No valid host was found")
	assert.Check(t, is.Len(r.machines(t), 0))

	r = newRenter(t, "small", time.Minute, 3)
	r.account.limit(t, 0)
	r.refused(t, create, "location cloud: create machine cloud-1: no capacity: Quota exceeded for instances")
	r.refused(t, []string{"up", "-d", "-y"}, "location cloud: create machine cloud-1: no capacity: Quota exceeded for instances")
	assert.Check(t, is.Len(r.machines(t), 0))

	r.environment = append(r.environment, "OS_PASSWORD=wrong")
	r.refused(t, create, "location cloud: log in to OpenStack at http://127.0.0.1:5000/v3: the cloud refuses the credentials")
}

// TestOpenStackProgramQuarantine has machines on which nothing runs, as the fake
// driver's are: they are given up in time, kept, found again, and deleted.
func TestOpenStackProgramQuarantine(t *testing.T) {
	r := newRenter(t, "small", 20*time.Second, 1)
	assert.Check(t, is.Contains(r.do(within(t), t, "--dry-run", "hosts", "create", "cloud"), "would make host cloud-1, size small"))
	assert.Check(t, is.Equal(r.do(within(t), t, "hosts", "ls", "-q"), ""))

	r.refused(t, []string{"up", "-d", "-y"},
		"host cloud-1 isn't used: machine cloud-1: it isn't ready after 20s", "its machine is kept, `hosts rm --force cloud-1` deletes it",
		"location cloud may have no more machines (max: 1), and 1 of them failed to become hosts")
	assert.Check(t, is.Len(r.machines(t), 1))

	r.refused(t, []string{"up", "-d", "-y"}, "host cloud-1 (ssh://root@10.20.", "is unreachable", "`clocker-compose hosts rm --force cloud-1` deletes its machine")
	assert.Check(t, is.Len(r.machines(t), 1))
	r.refused(t, []string{"hosts", "create", "cloud", "-y"}, "location cloud may have 1 machine (max), and has 1 already")
	listed := r.do(within(t), t, "hosts", "ls", "--format", "{{.Name}} {{.Location}} {{.Size}} {{.Age}} {{.Status}}")
	assert.Check(t, is.Regexp(`^cloud-1 cloud small .* (seconds|minutes?) .+\n$`, listed))

	r.refused(t, []string{"hosts", "rm", "cloud-1"}, "host cloud-1: ", "what is on it isn't known: delete it all the same with --force")
	r.refused(t, []string{"hosts", "scale", "cloud=0"}, "location cloud keeps what doesn't work: host cloud-1: ", "`hosts rm --force` deletes it")
	assert.Check(t, is.Len(r.machines(t), 1))
	assert.Check(t, is.Equal(r.do(within(t), t, "hosts", "rm", "--force", "cloud-1"), "deleted cloud-1\n"))
	assert.Check(t, is.Len(r.machines(t), 0))
}

// TestOpenStackProgramDown ends the cloud's interfaces at some moments of an
// order, and starts them again. The next run finds what there is.
func TestOpenStackProgramDown(t *testing.T) {
	r := newRenter(t, "small", 20*time.Second, 2)
	command(t, "api", "stop")
	r.refused(t, []string{"hosts", "create", "cloud", "-y"}, "log in to OpenStack at http://127.0.0.1:5000/v3: 127.0.0.1:5000 doesn't answer")
	r.refused(t, []string{"up", "-d", "-y"}, "127.0.0.1:5000 doesn't answer")
	listed := r.try(within(t), t, "hosts", "ls")
	assert.Check(t, is.Contains(listed.stderr, "its machines aren't known"))
	command(t, "api", "start")
	assert.Check(t, is.Len(r.machines(t), 0))

	for _, after := range []time.Duration{time.Second, 5 * time.Second, 15 * time.Second} {
		done := r.begin(t, "hosts", "create", "cloud", "cloud-1", "-y")
		time.Sleep(after) // the moment is the test's input
		command(t, "api", "stop")
		t.Logf("down after %s", after)
		assert.Check(t, <-done != nil)
		command(t, "api", "start")
		r.refused(t, []string{"hosts", "create", "cloud", "cloud-1", "-y"}, "machine cloud-1: it isn't ready after 20s")
		assert.Check(t, is.Len(r.machines(t), 1))
		r.do(within(t), t, "hosts", "rm", "--force", "cloud-1")
		r.empty(t)
	}
}

// begin runs the program meanwhile.
func (r *renter) begin(t *testing.T, args ...string) <-chan error {
	t.Helper()
	c := r.command(context.WithoutCancel(t.Context()), t, args...)
	assert.NilError(t, c.Start())
	done := make(chan error, 1)
	go func() { done <- c.Wait() }()
	return done
}

// empty waits until no server is left.
func (r *renter) empty(t *testing.T) {
	t.Helper()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if all := r.machines(t); len(all) > 0 {
			return poll.Continue("%v", all)
		}
		return poll.Success()
	}, poll.WithTimeout(limit))
}
