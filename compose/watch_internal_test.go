package compose

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"
)

func TestWatchRuleMatches(t *testing.T) {
	for _, c := range []struct {
		name            string
		include, ignore []string
		file, want      string
	}{
		{"a file", nil, nil, "/p/src/a/b", "/app/a/b"},
		{"the folder itself", nil, nil, "/p/src", "/app"},
		{"beside", nil, nil, "/p/src2/a", ""},
		{"ignored folder", nil, []string{"node_modules/"}, "/p/src/node_modules/x/y", ""},
		{"ignored only at the top", nil, []string{"node_modules/"}, "/p/src/sub/node_modules/x", "/app/sub/node_modules/x"},
		{"ignored anywhere", nil, []string{"**/node_modules"}, "/p/src/sub/node_modules/x", ""},
		{"all but one", nil, []string{"*", "!keep"}, "/p/src/keep", "/app/keep"},
		{"all but another", nil, []string{"*", "!keep"}, "/p/src/other", ""},
		{"included", []string{"*.go"}, nil, "/p/src/a.go", "/app/a.go"},
		{"not included", []string{"*.go"}, nil, "/p/src/a.txt", ""},
		{"git", nil, nil, "/p/src/sub/.git/index", ""},
		{"vim", nil, nil, "/p/src/.a.swp", ""},
		{"emacs", nil, nil, "/p/src/.#a", ""},
		{"backup", nil, nil, "/p/src/a~", ""},
	} {
		r, err := newWatchRule(types.ServiceConfig{Name: "web"}, types.Trigger{
			Path: "/p/src/", Action: types.WatchActionSync, Target: "/app", Include: c.include, Ignore: c.ignore,
		})
		assert.NilError(t, err)
		m, ok := r.match(c.file)
		assert.Equal(t, ok, c.want != "", c.name)
		assert.Equal(t, m.to, c.want, c.name)
	}
}

// TestPackFiles: folders without what is in them, links as they are, and
// nothing of what has gone.
func TestPackFiles(t *testing.T) {
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "a"), []byte("content"), 0o640))
	assert.NilError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o750))
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "sub/b"), nil, 0o600))
	assert.NilError(t, os.Symlink("a", filepath.Join(dir, "link")))
	files := []fileMapping{}
	for _, name := range []string{"a", "sub", "link", "gone"} {
		files = append(files, fileMapping{filepath.Join(dir, name), "/app/" + name})
	}
	for folders, want := range map[bool][]string{
		true:  {"app/a -rw-r----- content", "app/sub/ drwxr-x--- ", "app/link Lrwxrwxrwx a"},
		false: {"app/a -rw-r----- content", "app/link Lrwxrwxrwx a"},
	} {
		var archive bytes.Buffer
		assert.NilError(t, packFiles(&archive, files, folders))
		var got []string
		for r := tar.NewReader(&archive); ; {
			h, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			assert.NilError(t, err)
			content, err := io.ReadAll(r)
			assert.NilError(t, err)
			got = append(got, h.Name+" "+h.FileInfo().Mode().String()+" "+string(content)+h.Linkname)
		}
		assert.DeepEqual(t, got, want)
	}
}
