package weave

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
)

func TestKeyIsMadeOnceWhoeverAsks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clocker", "fabric.key")
	keys := make([]string, 16)
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() {
			key, err := LoadOrCreateKey(path)
			assert.Check(t, err)
			keys[i] = key
		})
	}
	all.Wait()
	for _, key := range keys {
		assert.Equal(t, key, keys[0])
	}
	secret, err := base64.StdEncoding.DecodeString(keys[0])
	assert.NilError(t, err)
	assert.Equal(t, len(secret), 32)
	info, err := os.Stat(path)
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o600))
	left, err := os.ReadDir(filepath.Dir(path))
	assert.NilError(t, err)
	assert.Equal(t, len(left), 1)
}

func TestKeyThatOthersMayReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fabric.key")
	assert.NilError(t, os.WriteFile(path, []byte("k\n"), 0o600))
	assert.NilError(t, os.Chmod(path, 0o644))
	_, err := LoadOrCreateKey(path)
	assert.ErrorContains(t, err, "chmod 600")
}

func TestEmptyKeyIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fabric.key")
	assert.NilError(t, os.WriteFile(path, []byte("\n"), 0o600))
	_, err := LoadOrCreateKey(path)
	assert.ErrorContains(t, err, "is empty")
}
