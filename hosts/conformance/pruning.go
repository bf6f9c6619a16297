package conformance

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// RunPruning runs what would take images away from the rest of the suite, on an
// engine that nobody else uses.
func RunPruning(t *testing.T, engine Engine) {
	s := newSuite(t, engine)
	s.create(s.spec("user", "true")) // one that hasn't started counts, too
	unused := s.name("unused") + ":1"
	assert.NilError(s, s.ImportImage(s.ctx, unused, s.packed("file", "content")))
	pruned, err := s.PruneImages(s.ctx)
	assert.NilError(s, err)
	assert.Check(s, pruned.Images >= 1 && pruned.Bytes > 0, "%+v", pruned)
	_, err = s.InspectImage(s.ctx, unused)
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "%v", err)
	_, err = s.InspectImage(s.ctx, Image)
	assert.Check(s, err)
	pruned, err = s.PruneImages(s.ctx)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(pruned, hosts.Pruned{}))
}
