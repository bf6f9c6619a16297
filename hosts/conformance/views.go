package conformance

import (
	"context"
	"errors"
	"strings"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

type views interface {
	ObserveContainers(ctx context.Context, f hosts.ContainerFilter) (hosts.Observation, error)
	ObserveHost(ctx context.Context) (hosts.Observation, error)
	ObserveImages(ctx context.Context, repositories ...string) ([]hosts.Image, error)
	ContainerImage(ctx context.Context, c hosts.Container) (hosts.Image, error)
	Processes(ctx context.Context, container string) (hosts.Processes, error)
	ContainerUse(ctx context.Context, container string) (hosts.ContainerUse, error)
	Volumes(ctx context.Context, label string) ([]hosts.Volume, error)
}

func testObserveContainers(s *suite) {
	running := s.start(s.spec("runs", "sleep 600"))
	other := s.spec("other", "true")
	other.Config.Labels["more"] = "yes"
	stopped := s.create(other)
	ids := func(f hosts.ContainerFilter) []string {
		o, err := s.ObserveContainers(s.ctx, f)
		assert.NilError(s, err)
		assert.Check(s, o.Host.Status.Ready)
		assert.Check(s, cmp.Len(o.Volumes, 0))
		var all []string
		for _, c := range o.Containers {
			all = append(all, c.ID)
		}
		return all
	}
	own := "conformance=" + s.prefix
	assert.Check(s, cmp.DeepEqual(ids(hosts.ContainerFilter{Labels: []string{own}}), []string{running}))
	assert.Check(s, cmp.DeepEqual(ids(hosts.ContainerFilter{Labels: []string{own}, All: true}), []string{stopped, running}), "sorted by name")
	assert.Check(s, cmp.DeepEqual(ids(hosts.ContainerFilter{Labels: []string{own, "more"}, All: true}), []string{stopped}))
	assert.Check(s, cmp.Len(ids(hosts.ContainerFilter{Labels: []string{own + "x"}, All: true}), 0))
}

func testObserveHost(s *suite) {
	all, err := s.Observe(s.ctx)
	assert.NilError(s, err)
	o, err := s.ObserveHost(s.ctx)
	assert.NilError(s, err)
	assert.Check(s, cmp.DeepEqual(o.Host.Platform, all.Host.Platform))
	assert.Check(s, cmp.Equal(o.Host.Address, all.Host.Address))
	assert.Check(s, cmp.Equal(o.Store, all.Store))
	assert.Check(s, o.Host.Status.Ready && !o.Time.IsZero())
	assert.Check(s, len(o.Containers)+len(o.Images)+len(o.Networks)+len(o.Volumes) == 0)
}

func testObserveImages(s *suite) {
	for _, ref := range []string{s.name("a:1"), s.name("a:2"), s.name("ab:1")} {
		assert.NilError(s, s.TagImage(s.ctx, Image, ref))
		s.Cleanup(func() { _ = s.RemoveImage(context.Background(), ref, false) })
	}
	tags := func(repositories ...string) (all []string) {
		list, err := s.ObserveImages(s.ctx, repositories...)
		assert.NilError(s, err)
		for _, i := range list {
			for _, tag := range i.Tags {
				if strings.HasPrefix(tag, s.prefix) {
					all = append(all, tag)
				}
			}
		}
		return all
	}
	assert.Check(s, cmp.Contains(tags(s.name("a")), s.name("a:1")))
	assert.Check(s, cmp.Contains(tags(s.name("a"), s.name("ab")), s.name("ab:1")))
	assert.Check(s, cmp.Len(tags(s.prefix), 0), "another one's beginning")
}

func testContainerImage(s *suite) {
	id := s.create(s.spec("made", "true"))
	seen, _ := s.observed(id)
	image, err := s.ContainerImage(s.ctx, seen)
	assert.NilError(s, err)
	assert.Check(s, cmp.Contains(image.Tags, Image))
	assert.Check(s, image.Size > 0)
	assert.Check(s, cmp.Equal(image.Platform.OS, "linux"))
	assert.Check(s, image.Platform.Arch != "")
	seen.Image = "nosuch:image"
	_, err = s.ContainerImage(s.ctx, seen)
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}

func testProcesses(s *suite) {
	id := s.start(s.spec("busy", "sleep 600"))
	list, err := s.Processes(s.ctx, id)
	assert.NilError(s, err)
	assert.Check(s, cmp.Contains(list.Titles, "PID"))
	assert.Assert(s, len(list.Rows) > 0)
	for _, row := range list.Rows {
		assert.Check(s, cmp.Len(row, len(list.Titles)))
	}
	stopped := s.create(s.spec("stopped", "true"))
	_, err = s.Processes(s.ctx, stopped)
	assert.Check(s, err != nil)
	_, err = s.Processes(s.ctx, "nosuch")
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}

func testContainerUse(s *suite) {
	id := s.start(s.spec("busy", "sleep 600"))
	use, err := s.ContainerUse(s.ctx, id)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(use.ID, id))
	assert.Check(s, cmp.Equal(use.Name, s.name("busy")))
	assert.Check(s, use.CPU > 0)
	assert.Check(s, use.System > use.CPU)
	assert.Check(s, use.CPUs > 0)
	assert.Check(s, use.MemoryLimit > 0)
	assert.Check(s, use.Processes > 0)
	assert.Check(s, time.Since(use.Time) < time.Minute)
	time.Sleep(100 * time.Millisecond)
	later, err := s.ContainerUse(s.ctx, id)
	assert.NilError(s, err)
	assert.Check(s, later.System > use.System, "they are sums")

	stopped := s.create(s.spec("stopped", "true"))
	use, err = s.ContainerUse(s.ctx, stopped)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(use.ID, stopped))
	assert.Check(s, cmp.Equal(use.MemoryLimit, int64(0)))
}

func testVolumesByLabel(s *suite) {
	name := s.name("listed")
	assert.NilError(s, s.CreateVolume(s.ctx, hosts.VolumeSpec{Name: name, Labels: map[string]string{"conformance": s.prefix}}))
	s.Cleanup(func() { _ = s.RemoveVolume(context.Background(), name) })
	found, err := s.Volumes(s.ctx, "conformance="+s.prefix)
	assert.NilError(s, err)
	assert.Assert(s, cmp.Len(found, 1))
	assert.Check(s, cmp.Equal(found[0].Name, name))
	assert.Check(s, cmp.Equal(found[0].Scope, "local"))
	assert.Check(s, cmp.Contains(found[0].Mountpoint, name))
}

func testPastEvents(s *suite) {
	id := s.start(s.spec("watched", "exit 5"))
	s.awaitExit(id)
	var actions []string
	ended := time.Now().Format(time.RFC3339Nano)
	o := hosts.EventOptions{Label: "conformance=" + s.prefix, Since: "1m", Until: ended}
	assert.NilError(s, s.Events(s.ctx, o, func(e hosts.ContainerEvent) {
		actions = append(actions, e.Action)
		assert.Check(s, cmp.Equal(e.Attributes["name"], s.name("watched")))
		assert.Check(s, cmp.Equal(e.Attributes["conformance"], s.prefix))
	}), "what is past ends by itself")
	assert.Check(s, cmp.DeepEqual(actions, []string{"create", "start", "die"}))
	actions = nil
	o.Since = ended
	o.Until = time.Now().Add(200 * time.Millisecond).Format(time.RFC3339Nano)
	assert.NilError(s, s.Events(s.ctx, o, func(e hosts.ContainerEvent) { actions = append(actions, e.Action) }))
	assert.Check(s, cmp.Len(actions, 0))
}
