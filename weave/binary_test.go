package weave

import (
	"bytes"
	"compress/gzip"
	"testing"

	"gotest.tools/v3/assert"
)

func compressed(t *testing.T, content string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(content))
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	return b.Bytes()
}

func TestUnpack(t *testing.T) {
	program, err := unpack(compressed(t, "a driver"))
	assert.NilError(t, err)
	assert.Equal(t, string(program), "a driver")
	_, err = unpack([]byte("not compressed"))
	assert.ErrorContains(t, err, "unpack driver")
}
