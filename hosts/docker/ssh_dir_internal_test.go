//go:build unix && !solaris && !aix

package docker

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

func TestFoldersOfKilledProcessesAreTakenAway(t *testing.T) {
	parent := t.TempDir()
	later := time.Now().Add(abandonedAfter + time.Minute)
	left := func(name string, files ...string) {
		assert.NilError(t, os.Mkdir(filepath.Join(parent, name), 0o700))
		for _, file := range files {
			assert.NilError(t, os.WriteFile(filepath.Join(parent, name, file), nil, 0o600))
		}
	}
	left("clocker-1", "0.said", "1.said")
	left("clocker-2")
	left("clocker-3", "0", "0.said") // a socket: its connection lives
	left("clocker-4", "data")
	left("clocker-e2e5", "0.said")
	held, err := newSSHDir(parent, time.Now())
	assert.NilError(t, err)

	other, err := newSSHDir(parent, later)
	assert.NilError(t, err)
	assert.NilError(t, other.remove())

	for name, stays := range map[string]bool{
		"clocker-1": false, "clocker-2": false, "clocker-3": true, "clocker-4": true, "clocker-e2e5": true,
		filepath.Base(held.path): true, filepath.Base(other.path): false,
	} {
		_, err := os.Stat(filepath.Join(parent, name))
		assert.Equal(t, err == nil, stays, name)
	}
	assert.NilError(t, held.remove())
}

func TestFoldersThatWereJustMadeAreLeftAlone(t *testing.T) {
	parent := t.TempDir()
	assert.NilError(t, os.Mkdir(filepath.Join(parent, "clocker-1"), 0o700))
	d, err := newSSHDir(parent, time.Now())
	assert.NilError(t, err)
	assert.NilError(t, d.remove())
	_, err = os.Stat(filepath.Join(parent, "clocker-1"))
	assert.NilError(t, err)
}
