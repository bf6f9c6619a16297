package conformance

import (
	"bytes"
	"errors"
	"io"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// testImageArchives saves an image and takes it in again. One that was cut off
// changes nothing.
func testImageArchives(s *suite) {
	before, err := s.InspectImage(s.ctx, Image)
	assert.NilError(s, err)
	assert.Check(s, len(before.Layers) > 0)
	stream, err := s.SaveImage(s.ctx, Image)
	assert.NilError(s, err)
	archive, err := io.ReadAll(stream)
	assert.NilError(s, err)
	assert.NilError(s, stream.Close())
	assert.Check(s, s.LoadImage(s.ctx, Image, bytes.NewReader(archive[:len(archive)/2])) != nil, "half an archive")
	assert.NilError(s, s.LoadImage(s.ctx, Image, bytes.NewReader(archive)))
	after, err := s.InspectImage(s.ctx, Image)
	assert.NilError(s, err)
	assert.Check(s, cmp.Equal(after.ID, before.ID))
	assert.Check(s, cmp.DeepEqual(after.Layers, before.Layers))
	_, err = s.SaveImage(s.ctx, "clocker-absent:1")
	assert.Check(s, errors.Is(err, hosts.ErrNotFound), "an image that isn't there: %v", err)
}
