package conformance

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"sync"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

type lifecycle interface {
	RestartContainer(ctx context.Context, container string, timeout *time.Duration) error
	KillContainer(ctx context.Context, container, signal string) error
	PauseContainer(ctx context.Context, container string) error
	UnpauseContainer(ctx context.Context, container string) error
	WaitContainer(ctx context.Context, container string) (int, error)
}

type claims interface {
	ClaimVolume(ctx context.Context, spec hosts.VolumeSpec) (hosts.Volume, error)
	Volumes(ctx context.Context, label string) ([]hosts.Volume, error)
	TagImage(ctx context.Context, image, ref string) error
}

func testLifecycle(s *suite) {
	id := s.create(s.spec("cycle", "sleep 1000"))
	assert.NilError(s, s.RestartContainer(s.ctx, id, now()), "one that doesn't run is started")
	first := s.inspect(id)
	assert.Equal(s, first.State, hosts.Running)
	assert.NilError(s, s.RestartContainer(s.ctx, id, now()))
	assert.Check(s, s.inspect(id).StartedAt.After(first.StartedAt))

	assert.NilError(s, s.PauseContainer(s.ctx, id))
	assert.Check(s, cmp.Equal(s.inspect(id).State, hosts.Paused))
	err := s.PauseContainer(s.ctx, id)
	assert.Check(s, cmp.ErrorContains(err, "is already paused"))
	assert.NilError(s, s.UnpauseContainer(s.ctx, id))
	assert.Check(s, cmp.Equal(s.inspect(id).State, hosts.Running))
	err = s.UnpauseContainer(s.ctx, id)
	assert.Check(s, cmp.ErrorContains(err, "is not paused"))

	assert.NilError(s, s.KillContainer(s.ctx, id, ""))
	code, err := s.WaitContainer(s.ctx, id)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(code, 137))
	err = s.KillContainer(s.ctx, id, "TERM")
	assert.Check(s, errors.Is(err, hosts.ErrConflict), "kill what doesn't run: %v", err)

	_, err = s.WaitContainer(s.ctx, s.name("none"))
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
	ending := s.start(s.spec("ending", "sleep 0.3; exit 7"))
	code, err = s.WaitContainer(s.ctx, ending)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(code, 7))

	endless := s.start(s.spec("endless", "sleep 1000"))
	ctx, cancel := context.WithTimeout(s.ctx, 100*time.Millisecond)
	defer cancel()
	_, err = s.WaitContainer(ctx, endless)
	assert.Check(s, err != nil, "it is waited for no longer than ctx")
}

// testClaims: of many that want a name at once, one gets it.
func testClaims(s *suite) {
	name, label := s.name("claim"), "conformance.claim="+s.prefix
	s.Cleanup(func() { _ = s.RemoveVolume(context.Background(), name) })
	winners := make([]string, 8)
	var race sync.WaitGroup
	for i := range winners {
		race.Go(func() {
			v, err := s.ClaimVolume(s.ctx, hosts.VolumeSpec{Name: name, Labels: map[string]string{
				"conformance.claim": s.prefix, "by": string(rune('a' + i)),
			}})
			assert.Check(s, err)
			winners[i] = v.Labels["by"]
		})
	}
	race.Wait()
	for _, w := range winners {
		assert.Check(s, w != "" && w == winners[0], "%q", winners)
	}
	found, err := s.Volumes(s.ctx, label)
	assert.NilError(s, err)
	assert.Assert(s, cmp.Len(found, 1))
	assert.Check(s, cmp.Equal(found[0].Labels["by"], winners[0]))
	assert.NilError(s, s.RemoveVolume(s.ctx, name))
	found, err = s.Volumes(s.ctx, label)
	assert.NilError(s, err)
	assert.Check(s, cmp.Len(found, 0))
}

func testTag(s *suite) {
	ref := s.name("tagged") + ":one"
	assert.NilError(s, s.TagImage(s.ctx, Image, ref))
	s.Cleanup(func() { _ = s.RemoveImage(context.Background(), ref, false) })
	original, err := s.InspectImage(s.ctx, Image)
	assert.NilError(s, err)
	tagged, err := s.InspectImage(s.ctx, ref)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(tagged.ID, original.ID))
	assert.Check(s, time.Since(tagged.Tagged) < time.Hour, "tagged at %s", tagged.Tagged)
	err = s.TagImage(s.ctx, s.name("none"), ref)
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
}

func testImport(s *suite) {
	ref := s.name("imported") + ":one"
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	assert.NilError(s, w.WriteHeader(&tar.Header{Name: "program", Mode: 0o755, Size: 4}))
	_, err := w.Write([]byte("text"))
	assert.NilError(s, errors.Join(err, w.Close()))

	assert.NilError(s, s.ImportImage(s.ctx, ref, &files))
	s.Cleanup(func() { _ = s.RemoveImage(context.Background(), ref, false) })
	made, err := s.InspectImage(s.ctx, ref)
	assert.NilError(s, err)
	assert.Check(s, cmp.Contains(made.Tags, ref))
	spec := s.spec("of-it", "true")
	spec.Config.Image = ref
	s.create(spec)
}
