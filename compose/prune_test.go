package compose_test

import (
	"testing"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// A host to which an image is copied isn't pruned: what has arrived there has no
// container yet.
func TestPruneLeavesAHostAloneWhileImagesAreCopied(t *testing.T) {
	h := hosts.Host{Name: "h1"}
	engine := fake.New(h)
	engine.Publish("shop:1", "courier:1")
	for _, ref := range []string{"shop:1", "courier:1"} {
		assert.NilError(t, engine.PullImage(t.Context(), ref, hosts.PullOptions{Progress: func(hosts.PullProgress) {}}))
	}
	id, err := engine.CreateContainer(t.Context(), hosts.ContainerSpec{
		Name: "courier", Config: &container.Config{Image: "courier:1", Labels: map[string]string{hosts.LabelFabric: hosts.FabricCourier}},
		HostConfig: &container.HostConfig{},
	})
	assert.NilError(t, err)
	assert.NilError(t, engine.StartContainer(t.Context(), id))
	env := &compose.Env{Pool: []hosts.Host{h}, Connect: func(hosts.Host) (compose.Engine, error) { return engine, nil }}

	rows := compose.Prune(t.Context(), env)
	assert.ErrorContains(t, rows[0].Err, "host h1: images are being copied")
	_, err = engine.InspectImage(t.Context(), "shop:1")
	assert.NilError(t, err)

	assert.NilError(t, engine.RemoveContainer(t.Context(), id, true, true))
	rows = compose.Prune(t.Context(), env)
	assert.NilError(t, rows[0].Err)
	assert.Equal(t, rows[0].Images, 2)
}
