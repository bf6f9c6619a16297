package weave

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestWithholdAsksTheDriver(t *testing.T) {
	e := newEngine()
	f := fabric(t, e, "one")
	assert.NilError(t, f.Join(t.Context(), hostA(), nil))
	remembered, err := f.Withhold(t.Context(), hostA(), "shop-web-1", 30*time.Second)
	assert.NilError(t, err)
	assert.Assert(t, remembered > hosts.NameTTL, "the routers have to hear of it, too")
	assert.DeepEqual(t, e.withheld, []string{"/weavedb/control.sock container=shop-web-1&seconds=30"})
}

func TestWithholdSaysWhatDoesNotAnswer(t *testing.T) {
	e := newEngine()
	f := fabric(t, e, "one")
	_, err := f.Withhold(t.Context(), hostA(), "shop-web-1", 0)
	assert.ErrorIs(t, err, hosts.ErrNotFound)
	assert.NilError(t, f.Join(t.Context(), hostA(), nil))
	e.mute = e.container.Labels[labelDatapath]
	_, err = f.Withhold(t.Context(), hostA(), "shop-web-1", 0)
	assert.Error(t, err, "host a: withhold names of shop-web-1: the network driver doesn't answer")
}
