package conformance

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func testObserve(s *suite) {
	id := s.create(s.spec("seen", "sleep 600"))
	o, err := s.Observe(s.ctx)
	assert.NilError(s, err)
	assert.Check(s, o.Host.Status.Ready)
	assert.Check(s, o.Host.ID != "")
	assert.Check(s, o.Host.EngineVersion != "")
	assert.Check(s, cmp.Equal(o.Host.Platform.OS, "linux"))
	assert.Check(s, o.Host.Capacity.NanoCPUs >= 1e9)
	assert.Check(s, o.Host.Capacity.MemoryBytes > 1<<20)
	assert.Check(s, cmp.Contains(o.Host.Drivers, "bridge"))
	assert.Check(s, slices.IsSortedFunc(o.Containers, func(a, b hosts.Container) int { return strings.Compare(a.Name, b.Name) }))
	assert.Check(s, slices.IsSortedFunc(o.Networks, func(a, b hosts.Network) int { return strings.Compare(a.Name, b.Name) }))
	assert.Check(s, slices.ContainsFunc(o.Images, func(i hosts.Image) bool { return slices.Contains(i.Tags, Image) }))
	c, ok := s.observed(id)
	assert.Assert(s, ok)
	assert.Check(s, cmp.Equal(c.Name, s.name("seen")))
	assert.Check(s, cmp.Equal(c.Image, Image))
	assert.Check(s, cmp.Equal(c.Labels["conformance"], s.prefix))
	assert.Check(s, cmp.Equal(c.NetworkMode, "none"))
	assert.Check(s, time.Since(c.Created) < time.Minute)
}

func testLife(s *suite) {
	id := s.create(s.spec("life", "sleep 600"))
	c, _ := s.observed(id)
	assert.Equal(s, c.State, hosts.Created)
	assert.NilError(s, s.StartContainer(s.ctx, id))
	assert.NilError(s, s.StartContainer(s.ctx, id), "a second start is no error")
	c, _ = s.observed(id)
	assert.Equal(s, c.State, hosts.Running)
	assert.Check(s, time.Since(s.inspect(s.name("life")).StartedAt) < time.Minute)
	assert.NilError(s, s.StopContainer(s.ctx, id, hosts.StopOptions{Timeout: now()}))
	assert.NilError(s, s.StopContainer(s.ctx, id, hosts.StopOptions{}), "a second stop is no error")
	c, _ = s.observed(id)
	assert.Check(s, cmp.Equal(c.State, hosts.Exited))
	assert.Check(s, cmp.Equal(c.ExitCode, 137))
	assert.NilError(s, s.StartContainer(s.ctx, id), "a stopped container starts again")
}

func testNames(s *suite) {
	id := s.create(s.spec("a", "sleep 600"))
	_, err := s.CreateContainer(s.ctx, s.spec("a", "true"))
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "%v", err)
	other := s.create(s.spec("b", "true"))
	err = s.RenameContainer(s.ctx, other, s.name("a"))
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "%v", err)
	assert.NilError(s, s.RenameContainer(s.ctx, s.name("a"), s.name("c")))
	assert.Check(s, cmp.Equal(s.inspect(id).Name, s.name("c")))
	assert.NilError(s, s.RenameContainer(s.ctx, other, s.name("a")), "a name that was given up is free")
}

func testRemoval(s *suite) {
	id := s.start(s.spec("r", "sleep 600"))
	err := s.RemoveContainer(s.ctx, id, false, false)
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "%v", err)
	assert.NilError(s, s.RemoveContainer(s.ctx, id, true, false))
	_, ok := s.observed(id)
	assert.Check(s, !ok)
	err = s.RemoveContainer(s.ctx, id, true, false)
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}

func testExitCode(s *suite) {
	id := s.start(s.spec("exits", "exit 3"))
	assert.Check(s, cmp.Equal(s.awaitExit(id).ExitCode, 3))
	d := s.inspect(id)
	assert.Check(s, cmp.Equal(d.ExitCode, 3))
	assert.Check(s, !d.FinishedAt.IsZero())
}

func testMissing(s *suite) {
	absent := s.name("absent")
	spec := s.spec("x", "true")
	spec.Config.Image = absent
	_, create := s.CreateContainer(s.ctx, spec)
	_, inspect := s.InspectContainer(s.ctx, absent)
	_, image := s.InspectImage(s.ctx, absent)
	_, exec := s.Exec(s.ctx, absent, []string{"true"})
	_, plugin := s.Plugin(s.ctx, absent)
	for what, err := range map[string]error{
		"create": create, "inspect": inspect, "image": image, "exec": exec, "plugin": plugin,
		"start":          s.StartContainer(s.ctx, absent),
		"stop":           s.StopContainer(s.ctx, absent, hosts.StopOptions{}),
		"rename":         s.RenameContainer(s.ctx, absent, s.name("y")),
		"remove image":   s.RemoveImage(s.ctx, absent, false),
		"remove network": s.RemoveNetwork(s.ctx, absent),
		"remove volume":  s.RemoveVolume(s.ctx, absent),
		"connect":        s.ConnectNetwork(s.ctx, absent, absent, nil),
		"logs":           s.Logs(s.ctx, absent, hosts.LogOptions{}, func(hosts.LogLine) {}),
	} {
		assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%s: %v", what, err)
	}
}

func testHalfMade(s *suite) {
	n := s.network(hosts.NetworkSpec{Name: s.name("net")})
	spec := s.spec("half", "sleep 600")
	spec.HostConfig.NetworkMode = container.NetworkMode(n)
	spec.Networks = []hosts.NetworkAttachment{{Network: s.name("net")}, {Network: s.name("absent")}}
	_, err := s.CreateContainer(s.ctx, spec)
	if err == nil {
		// Engines that take all networks at creation look for them at the start.
		err = s.StartContainer(s.ctx, spec.Name)
		assert.NilError(s, s.RemoveContainer(s.ctx, spec.Name, true, true))
	}
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
	_, err = s.InspectContainer(s.ctx, spec.Name)
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "a half-made container is left: %v", err)
}

func testHealth(s *suite) {
	spec := s.spec("healthy", "sleep 600")
	spec.Config.Healthcheck = &container.HealthConfig{Test: []string{"CMD", "true"}, Interval: time.Second, Timeout: time.Second, Retries: 1}
	id := s.start(spec)
	assert.Check(s, s.inspect(id).HasHealthcheck)
	s.await(id, "healthy", func(c hosts.Container) bool { return c.Health == "healthy" })
	assert.Check(s, cmp.Equal(s.inspect(id).Health, "healthy"))
	plain := s.start(s.spec("plain", "sleep 600"))
	c, _ := s.observed(plain)
	assert.Check(s, cmp.Equal(c.Health, ""))
	assert.Check(s, !s.inspect(plain).HasHealthcheck)
}

func testRestart(s *suite) {
	spec := s.spec("restarts", "exit 1")
	spec.HostConfig.RestartPolicy = container.RestartPolicy{Name: container.RestartPolicyOnFailure, MaximumRetryCount: 2}
	id := s.start(spec)
	s.await(id, "exited for good", func(c hosts.Container) bool {
		return c.State == hosts.Exited && s.inspect(id).RestartCount == 2
	})
}

func testCancellation(s *suite) {
	ctx, cancel := context.WithCancel(s.ctx)
	cancel()
	_, err := s.Observe(ctx)
	assert.Check(s, errors.Is(err, context.Canceled), "%v", err)
	_, err = s.CreateContainer(ctx, s.spec("never", "true"))
	assert.Check(s, errors.Is(err, context.Canceled), "%v", err)
	_, err = s.InspectContainer(s.ctx, s.name("never"))
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}
