package fake_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func TestConformanceInMemory(t *testing.T) {
	e := fake.New(hosts.Host{Name: "h1"})
	e.Load(conformance.Image)
	conformance.Run(t, e)
	conformance.RunBuilds(t, e, e)
}

func TestPruningInMemory(t *testing.T) {
	e := fake.New(hosts.Host{Name: "h1"})
	e.Load(conformance.Image, "busybox:other")
	conformance.RunPruning(t, e)
}

func TestConformanceInFile(t *testing.T) {
	pool, err := fake.Open(t.TempDir())
	assert.NilError(t, err)
	e := pool.Engine(hosts.Host{Name: "h1"})
	e.Load(conformance.Image)
	conformance.Run(t, e)
}
