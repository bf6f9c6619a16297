package project_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

func serviceHash(t *testing.T, service string) string {
	t.Helper()
	p := loaded(t, project.Options{Name: "p", AllProfiles: true}, "services:\n  other: {image: x}\n  web: "+service+"\n"+twoLocations)
	hash, err := p.ServiceHash("web")
	assert.NilError(t, err)
	return hash
}

func TestHashLeavesOutWhatLeavesContainersAlone(t *testing.T) {
	plain := serviceHash(t, "{image: x, deploy: {}}")
	for _, same := range []string{
		"{image: x, deploy: {replicas: 3}}",
		"{image: x, deploy: {}, scale: 2}",
		"{image: x, deploy: {}, pull_policy: always}",
		"{image: x, deploy: {}, depends_on: [other]}",
		"{image: x, deploy: {}, profiles: [a]}",
		"{image: x, deploy: {}, build: .}",
		"{image: x, deploy: {}, x-clocker: {location: eu, placement: {strategies: [random]}}}",
	} {
		assert.Equal(t, serviceHash(t, same), plain, same)
	}
	for _, other := range []string{
		"{image: y, deploy: {}}",
		"{image: x}",
		"{image: x, deploy: {mode: global}}",
		"{image: x, deploy: {}, environment: [A=1]}",
	} {
		assert.Assert(t, serviceHash(t, other) != plain, other)
	}
}
