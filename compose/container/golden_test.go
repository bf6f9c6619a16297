package container_test

import (
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/container"
)

// What is asked of an engine is what Docker Compose asked for, attribute by
// attribute. The recordings are made by TestLive.
func TestSpecAsDockerComposeAsks(t *testing.T) {
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			p, recorded := load(t, name), readRecording(t, name)
			target := container.Target{Containers: recorded.IDs, Read: readMoved(name)}
			count := 0
			replicas(t, p, func(service string, number int) {
				spec, err := container.Spec(p, service, number, target)
				assert.NilError(t, err)
				want := recorded.Containers[spec.Name]
				assert.Assert(t, want != nil, "%s was not recorded", spec.Name)
				assert.Equal(t, canonical(t, asked(t, spec)), canonical(t, want), spec.Name)
				count++
			})
			assert.Equal(t, count, len(recorded.Containers))
		})
	}
}

func TestResourcesAsDockerComposeAsks(t *testing.T) {
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			p, recorded := load(t, name), readRecording(t, name)
			for key := range p.Networks {
				spec, err := container.NetworkSpec(p, key)
				assert.NilError(t, err)
				assert.Equal(t, canonical(t, askedNetwork(spec)), canonical(t, recorded.Networks[spec.Name]), filepath.Join(name, key))
			}
			for key := range p.Volumes {
				spec, err := container.VolumeSpec(p, key)
				assert.NilError(t, err)
				assert.Equal(t, canonical(t, askedVolume(spec)), canonical(t, recorded.Volumes[spec.Name]), filepath.Join(name, key))
			}
		})
	}
}
