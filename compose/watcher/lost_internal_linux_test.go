package watcher

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/fsnotify/fsnotify"
	"gotest.tools/v3/assert"
)

// TestAfterLosingCount: all that is there is told, and all that has gone.
func TestAfterLosingCount(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"stays", "goes"} {
		assert.NilError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	w, err := Open(Options{Paths: []string{dir}})
	assert.NilError(t, err)
	defer w.Close()
	assert.NilError(t, os.Remove(filepath.Join(dir, "goes")))
	assert.NilError(t, w.lost(fsnotify.ErrEventOverflow))
	assert.DeepEqual(t, w.changed, map[string]bool{filepath.Join(dir, "stays"): true, filepath.Join(dir, "goes"): true})
	assert.ErrorContains(t, w.lost(errors.New("broken")), "watch files: broken")
}

func TestLimitsAreExplained(t *testing.T) {
	assert.ErrorContains(t, tooMany(syscall.ENOSPC), "sudo sysctl fs.inotify.max_user_watches=")
	assert.ErrorContains(t, tooMany(syscall.EMFILE), "sudo sysctl fs.inotify.max_user_instances=")
	assert.ErrorIs(t, tooMany(syscall.ENOSPC), syscall.ENOSPC)
	assert.ErrorIs(t, tooMany(os.ErrClosed), os.ErrClosed)
}
