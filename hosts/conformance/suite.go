package conformance

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// patience is how long a state may take to come.
const patience = time.Minute

// suite is one test on an engine, with names of its own.
type suite struct {
	*testing.T
	Engine
	ctx    context.Context
	prefix string
}

func newSuite(t *testing.T, e Engine) *suite {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return &suite{t, e, ctx, "conf" + strings.ToLower(rand.Text()[:8]) + "-"}
}

// name makes a name that no other test has.
func (s *suite) name(n string) string { return s.prefix + n }

// spec is a container that runs a shell command.
func (s *suite) spec(name, command string) hosts.ContainerSpec {
	return hosts.ContainerSpec{
		Name: s.name(name),
		Config: &container.Config{
			Image: Image, Cmd: []string{"sh", "-c", command}, Labels: map[string]string{"conformance": s.prefix},
		},
		HostConfig: &container.HostConfig{NetworkMode: "none"},
	}
}

// create creates it, and removes it after the test.
func (s *suite) create(spec hosts.ContainerSpec) string {
	s.Helper()
	id, err := s.CreateContainer(s.ctx, spec)
	assert.NilError(s, err)
	s.Cleanup(func() { _ = s.RemoveContainer(context.Background(), id, true, true) })
	return id
}

func (s *suite) start(spec hosts.ContainerSpec) string {
	s.Helper()
	id := s.create(spec)
	assert.NilError(s, s.StartContainer(s.ctx, id))
	return id
}

// network makes one, and removes it after the test.
func (s *suite) network(spec hosts.NetworkSpec) string {
	s.Helper()
	id, err := s.CreateNetwork(s.ctx, spec)
	assert.NilError(s, err)
	s.Cleanup(func() { _ = s.RemoveNetwork(context.Background(), id) })
	return id
}

func (s *suite) inspect(id string) hosts.ContainerDetail {
	s.Helper()
	d, err := s.InspectContainer(s.ctx, id)
	assert.NilError(s, err)
	return d
}

// observed is the container in an observation; ok is false where it is not.
func (s *suite) observed(id string) (found hosts.Container, ok bool) {
	s.Helper()
	o, err := s.Observe(s.ctx)
	assert.NilError(s, err)
	for _, c := range o.Containers {
		if c.ID == id {
			return c, true
		}
	}
	return found, false
}

// await waits until the container is as wanted.
func (s *suite) await(id, what string, wanted func(hosts.Container) bool) hosts.Container {
	s.Helper()
	var last hosts.Container
	poll.WaitOn(s, func(poll.LogT) poll.Result {
		if last, _ = s.observed(id); wanted(last) {
			return poll.Success()
		}
		return poll.Continue("container is %s, %q, not %s", last.State, last.Health, what)
	}, poll.WithTimeout(patience), poll.WithDelay(50*time.Millisecond))
	return last
}

func (s *suite) awaitExit(id string) hosts.Container {
	s.Helper()
	return s.await(id, "exited", func(c hosts.Container) bool { return c.State == hosts.Exited })
}

func now() *time.Duration { return new(time.Duration) }
