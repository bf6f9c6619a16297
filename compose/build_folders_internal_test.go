package compose

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
)

// TestWhatAKilledRunLeftIsRemoved by the next one; what those have that are
// alive, or may be so elsewhere, stays.
func TestWhatAKilledRunLeftIsRemoved(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	by := func(machine string, process int) *contextFetch {
		return &contextFetch{env: &Env{Self: Self{Machine: machine, Process: process, Gone: func(n int) bool { return n == 1 }}}}
	}
	left := map[string]string{}
	for name, f := range map[string]*contextFetch{"killed": by("here", 1), "alive": by("here", 2), "elsewhere": by("there", 1)} {
		folder, err := f.folder()
		assert.NilError(t, err)
		assert.NilError(t, os.MkdirAll(filepath.Join(folder, "content", "closed", "deep"), 0o700))
		assert.NilError(t, os.Chmod(filepath.Join(folder, "content", "closed"), 0))
		assert.NilError(t, os.Symlink(t.TempDir(), filepath.Join(folder, "content", "link")))
		left[name] = folder
	}
	by("here", 3).sweep()
	for name, folder := range left {
		_, err := os.Stat(folder)
		assert.Equal(t, os.IsNotExist(err), name == "killed", name)
		_ = removeFolder(folder)
	}
}
