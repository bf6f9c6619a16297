package conformance

import (
	"errors"
	"slices"
	"strconv"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/api/types/mount"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func hostPort(p hosts.PublishedPort) string { return strconv.Itoa(int(p.HostPort)) }

func (s *suite) volume(name string) (found hosts.Volume, ok bool) {
	s.Helper()
	o, err := s.Observe(s.ctx)
	assert.NilError(s, err)
	i := slices.IndexFunc(o.Volumes, func(v hosts.Volume) bool { return v.Name == name })
	if i < 0 {
		return found, false
	}
	return o.Volumes[i], true
}

func testVolumes(s *suite) {
	name := s.name("data")
	spec := hosts.VolumeSpec{Name: name, Labels: map[string]string{"a": "b"}}
	assert.NilError(s, s.CreateVolume(s.ctx, spec))
	s.Cleanup(func() { _ = s.RemoveVolume(s.ctx, name) })
	assert.NilError(s, s.CreateVolume(s.ctx, spec), "a second creation is no error")
	v, ok := s.volume(name)
	assert.Assert(s, ok)
	assert.Check(s, cmp.Equal(v.Driver, "local"))
	assert.Check(s, cmp.Equal(v.Labels["a"], "b"))

	c := s.spec("user", "true")
	c.HostConfig.Mounts = []mount.Mount{{Type: mount.TypeVolume, Source: name, Target: "/data", ReadOnly: true}}
	id := s.create(c)
	seen, _ := s.observed(id)
	assert.Assert(s, cmp.Len(seen.Mounts, 1))
	m := seen.Mounts[0]
	assert.Check(s, cmp.Equal(m.Type, "volume"))
	assert.Check(s, cmp.Equal(m.Name, name))
	assert.Check(s, cmp.Equal(m.Destination, "/data"))
	assert.Check(s, m.ReadOnly)
	err := s.RemoveVolume(s.ctx, name)
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "a volume in use: %v", err)
	assert.NilError(s, s.RemoveContainer(s.ctx, id, false, true))
	_, ok = s.volume(name)
	assert.Check(s, ok, "a named volume outlives its container")
	assert.NilError(s, s.RemoveVolume(s.ctx, name))
}

func testAnonymousVolumes(s *suite) {
	for _, remove := range []bool{true, false} {
		spec := s.spec("anonymous", "true")
		spec.Config.Volumes = map[string]struct{}{"/data": {}}
		id := s.create(spec)
		name := s.inspect(id).Volumes["/data"]
		assert.Assert(s, name != "")
		assert.NilError(s, s.RemoveContainer(s.ctx, id, false, remove))
		_, ok := s.volume(name)
		assert.Check(s, cmp.Equal(ok, !remove))
		if !remove {
			assert.NilError(s, s.RemoveVolume(s.ctx, name))
		}
	}
}

func testImages(s *suite) {
	image, err := s.InspectImage(s.ctx, Image)
	assert.NilError(s, err)
	assert.Check(s, cmp.Contains(image.Tags, Image))
	assert.Check(s, image.Size > 0)
	byID, err := s.InspectImage(s.ctx, image.ID)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(byID.ID, image.ID))
	spec := s.spec("user", "true")
	spec.HostConfig = &container.HostConfig{NetworkMode: "none"}
	id := s.start(spec)
	seen, _ := s.observed(id)
	assert.Check(s, cmp.Equal(seen.ImageID, image.ID))
	err = s.RemoveImage(s.ctx, Image, false)
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "an image in use: %v", err)
	assert.Check(s, s.PullImage(s.ctx, "127.0.0.1:1/absent:1", hosts.PullOptions{}) != nil, "nothing serves that image")
}
