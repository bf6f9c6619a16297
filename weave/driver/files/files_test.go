package files_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/weave/driver/files"
)

func put(t *testing.T, path, content string) {
	t.Helper()
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
}

func run(t *testing.T, e files.Errand) error {
	t.Helper()
	text, err := json.Marshal(e)
	assert.NilError(t, err)
	path := filepath.Join(t.TempDir(), "errand.json")
	put(t, path, string(text))
	return files.Run(path)
}

func TestPathsAreRemovedAndFilesStayTheSame(t *testing.T) {
	root, stage := t.TempDir(), t.TempDir()
	put(t, root+"/old/deep/file", "x")
	put(t, root+"/kept", "before, and longer than after")
	put(t, stage+"/kept", "after")
	assert.NilError(t, os.Chmod(stage+"/kept", 0o640))
	mounted, err := os.Open(root + "/kept")
	assert.NilError(t, err)
	defer mounted.Close()

	assert.NilError(t, run(t, files.Errand{Root: root, Remove: []string{"old", "never-there"}, Write: map[string]string{"kept": stage + "/kept"}}))

	_, err = os.Stat(root + "/old")
	assert.ErrorIs(t, err, os.ErrNotExist)
	seen := make([]byte, 64)
	n, _ := mounted.Read(seen)
	assert.Equal(t, string(seen[:n]), "after", "who has the file open sees what is new")
	info, err := mounted.Stat()
	assert.NilError(t, err)
	assert.Equal(t, info.Mode().Perm(), os.FileMode(0o640))
}

func TestNothingBeyondTheRootIsTouched(t *testing.T) {
	outside := t.TempDir()
	put(t, outside+"/precious", "x")
	root := t.TempDir()
	assert.NilError(t, os.Symlink(outside, root+"/way-out"))
	assert.ErrorContains(t, run(t, files.Errand{Root: root, Remove: []string{"../precious"}}), "escapes")
	assert.ErrorContains(t, run(t, files.Errand{Root: root, Remove: []string{"way-out/precious"}}), "escapes")
	_, err := os.Stat(outside + "/precious")
	assert.NilError(t, err)
}
