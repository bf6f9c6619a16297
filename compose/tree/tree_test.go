package tree_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/tree"
)

// folder makes files by name; a name that ends in a slash is a folder, and a
// content that begins with "-> " is a symbolic link.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		put(t, filepath.Join(dir, name), content, strings.HasSuffix(name, "/"))
	}
	return dir
}

func put(t *testing.T, path, content string, isFolder bool) {
	t.Helper()
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	to, link := strings.CutPrefix(content, "-> ")
	switch {
	case isFolder:
		assert.NilError(t, os.MkdirAll(path, 0o755))
	case link:
		assert.NilError(t, os.Symlink(to, path))
	default:
		assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
	}
}

func scan(t *testing.T, path string) *tree.Tree {
	t.Helper()
	found, err := tree.Scan(context.Background(), path)
	assert.NilError(t, err)
	return found
}

// unpacked is what a tar stream of the entries holds: mode and content by name.
func unpacked(t *testing.T, from *tree.Tree, entries []tree.Entry) map[string]string {
	t.Helper()
	var b bytes.Buffer
	assert.NilError(t, from.Pack(context.Background(), &b, entries, nil))
	held := map[string]string{}
	for r := tar.NewReader(&b); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return held
		}
		assert.NilError(t, err)
		content, err := io.ReadAll(r)
		assert.NilError(t, err)
		held[h.Name] = h.FileInfo().Mode().String() + " " + string(content) + h.Linkname
	}
}

func names(entries []tree.Entry) (all []string) {
	for _, e := range entries {
		all = append(all, e.Path)
	}
	return all
}

func TestFilesFoldersLinksAndTheirModesArePacked(t *testing.T) {
	dir := folder(t, map[string]string{"run.sh": "#!", "empty/": "", "sub/deep": "x", "link": "-> sub/deep", "dangling": "-> /nowhere"})
	assert.NilError(t, os.Chmod(filepath.Join(dir, "run.sh"), 0o750|fs.ModeSetuid))
	assert.NilError(t, os.Chmod(dir, 0o711))
	all := scan(t, dir)
	assert.DeepEqual(t, unpacked(t, all, all.Entries), map[string]string{
		"./": "drwx--x--x ", "empty/": "drwxr-xr-x ", "sub/": "drwxr-xr-x ", "sub/deep": "-rw------- x",
		"run.sh": "urwxr-x--- #!", "link": "Lrwxrwxrwx sub/deep", "dangling": "Lrwxrwxrwx /nowhere",
	})
}

func TestOnlyWhatHasChangedIsSentAndWhatWentIsRemoved(t *testing.T) {
	dir := folder(t, map[string]string{"same": "1", "edited": "1", "gone": "1", "old/a": "1", "old/b/c": "1", "older": "1", "mode": "1", "kind": "1"})
	before := scan(t, dir)
	put(t, dir+"/edited", "2", false)
	put(t, dir+"/new/file", "1", false)
	assert.NilError(t, os.Chmod(dir+"/mode", 0o400))
	for _, name := range []string{"gone", "old", "kind"} {
		assert.NilError(t, os.RemoveAll(filepath.Join(dir, name)))
	}
	put(t, dir+"/kind", "", true)

	c := scan(t, dir).Since(before)
	assert.DeepEqual(t, names(c.Sent), []string{"edited", "kind", "mode", "new", "new/file"})
	assert.DeepEqual(t, c.Removed, []string{"gone", "old"})
	assert.Equal(t, c.Size(), int64(3))
}

func TestATouchedFileIsTheSame(t *testing.T) {
	dir := folder(t, map[string]string{"file": "1"})
	before := scan(t, dir)
	assert.NilError(t, os.Chtimes(dir+"/file", before1970, before1970))
	again := scan(t, dir)
	assert.Equal(t, again.Digest(), before.Digest())
	assert.Equal(t, len(again.Since(before).Sent), 0)
}

func TestATreeSurvivesALabel(t *testing.T) {
	before := scan(t, folder(t, map[string]string{"file": "1", "sub/é\n": "2", "link": "-> file"}))
	read, err := tree.Parse(before.Text())
	assert.NilError(t, err)
	assert.Equal(t, read.Digest(), before.Digest())
	assert.Equal(t, len(before.Since(read).Sent), 0)
	_, err = tree.Parse("nonsense")
	assert.ErrorContains(t, err, "read list of files")
}

func TestAfterAnInterruptionAllIsSentAndAllThatMayBeThereIsRemoved(t *testing.T) {
	one := scan(t, folder(t, map[string]string{"both": "1", "first": "1"}))
	two := scan(t, folder(t, map[string]string{"both": "1", "second": "1"}))
	c := two.Since(tree.Paths(one, two))
	assert.DeepEqual(t, names(c.Sent), []string{".", "both", "second"})
	assert.DeepEqual(t, c.Removed, []string{"first"})
}

func TestASingleFileIsFollowedThroughALink(t *testing.T) {
	dir := folder(t, map[string]string{"real.conf": "content", "app.conf": "-> real.conf"})
	file := scan(t, dir+"/app.conf")
	assert.Equal(t, file.File, "app.conf")
	assert.DeepEqual(t, unpacked(t, file, file.Entries), map[string]string{"app.conf": "-rw------- content"})
}

func TestSocketsAreLeftOut(t *testing.T) {
	dir := folder(t, map[string]string{"file": "1"})
	l, err := net.Listen("unix", dir+"/socket")
	assert.NilError(t, err)
	defer l.Close()
	assert.DeepEqual(t, names(scan(t, dir).Entries), []string{".", "file"})
	_, err = tree.Scan(context.Background(), dir+"/socket")
	assert.ErrorContains(t, err, "socket")
}

func TestWhatCannotBeReadIsAnError(t *testing.T) {
	_, err := tree.Scan(context.Background(), "/never/there")
	assert.ErrorIs(t, err, fs.ErrNotExist)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = tree.Scan(ctx, folder(t, map[string]string{"file": "1"}))
	assert.ErrorIs(t, err, context.Canceled)
}

func TestAFileThatIsCutShortWhileItIsReadIsAnError(t *testing.T) {
	dir := folder(t, map[string]string{"a": strings.Repeat("x", 1<<20)})
	all := scan(t, dir)
	r, w := io.Pipe()
	packed := make(chan error)
	go func() {
		err := all.Pack(context.Background(), w, all.Entries, nil)
		w.Close()
		packed <- err
	}()
	head := make([]byte, 4096)
	_, err := io.ReadFull(r, head)
	assert.NilError(t, err)
	assert.NilError(t, os.Truncate(dir+"/a", 0))
	go func() { _, _ = io.Copy(io.Discard, r) }()
	assert.ErrorContains(t, <-packed, "cut short")
}

var before1970 = time.Unix(-1000, 0)
