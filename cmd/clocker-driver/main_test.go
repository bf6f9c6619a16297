package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

func TestWrongArgumentIsNamed(t *testing.T) {
	var stderr bytes.Buffer
	assert.ErrorContains(t, run(t.Context(), []string{"--mtoo", "9000"}, &stderr), "mtoo")
	assert.Assert(t, bytes.Contains(stderr.Bytes(), []byte("-mtu")), "the usage lists what there is")
}

func TestFailureIsLogged(t *testing.T) {
	var stderr bytes.Buffer
	missing := filepath.Join(t.TempDir(), "none")
	assert.ErrorContains(t, run(t.Context(), []string{"--state", missing}, &stderr), missing)
	assert.Assert(t, bytes.Contains(stderr.Bytes(), []byte(missing)))
}
