package archive_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/compose/archive"
)

// entry is one of a stream that a test makes.
type entry struct {
	kind       byte
	name, text string
	mode       int64
}

func stream(t assert.TestingT, entries ...entry) io.Reader {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Typeflag: e.kind, Name: e.name, Mode: e.mode, ModTime: time.Unix(1e9, 0)}
		switch e.kind {
		case tar.TypeReg:
			h.Size = int64(len(e.text))
		default:
			h.Linkname = e.text
		}
		assert.NilError(t, w.WriteHeader(h))
		if e.kind == tar.TypeReg {
			_, err := w.Write([]byte(e.text))
			assert.NilError(t, err)
		}
	}
	assert.NilError(t, w.Close())
	return &b
}

func unpack(t *testing.T, folder string, entries ...entry) error {
	return archive.Unpack(t.Context(), stream(t, entries...), "tree", folder, "out", func(name string) { t.Logf("skipped %s", name) })
}

func TestUnpackRefusesWhatLeads(t *testing.T) {
	outside := t.TempDir()
	for what, entries := range map[string][]entry{
		"a path upwards":         {{tar.TypeReg, "tree/../../evil", "x", 0o644}},
		"an absolute path":       {{tar.TypeReg, outside + "/evil", "x", 0o644}},
		"another name":           {{tar.TypeReg, "treeevil", "x", 0o644}},
		"a link upwards":         {{tar.TypeSymlink, "tree/l", "../../evil", 0o777}},
		"through a link":         {{tar.TypeSymlink, "tree/l", outside, 0o777}, {tar.TypeReg, "tree/l/evil", "x", 0o644}},
		"a folder over a link":   {{tar.TypeSymlink, "tree/l", outside, 0o777}, {tar.TypeDir, "tree/l", "", 0o777}},
		"a hard link upwards":    {{tar.TypeLink, "tree/l", "tree/../../" + filepath.Base(outside) + "/secret", 0o644}},
		"a hard link away":       {{tar.TypeLink, "tree/l", "/etc/passwd", 0o644}},
		"a link through a link":  {{tar.TypeSymlink, "tree/l", outside, 0o777}, {tar.TypeSymlink, "tree/l/evil", "x", 0o777}},
		"hard link by a link":    {{tar.TypeSymlink, "tree/l", outside, 0o777}, {tar.TypeLink, "tree/m", "tree/l/secret", 0o644}},
		"removal through a link": {{tar.TypeSymlink, "tree/l", outside, 0o777}, {tar.TypeSymlink, "tree/l/secret", "x", 0o777}},
	} {
		t.Run(what, func(t *testing.T) {
			secret := filepath.Join(outside, "secret")
			assert.NilError(t, os.WriteFile(secret, []byte("s"), 0o600))
			folder := t.TempDir()
			all := append([]entry{{tar.TypeDir, "tree", "", 0o755}}, entries...)
			assert.Check(t, unpack(t, folder, all...) != nil)
			left, err := os.ReadDir(outside)
			assert.NilError(t, err)
			assert.Check(t, cmp.Len(left, 1), "%v", left)
			content, err := os.ReadFile(secret)
			assert.NilError(t, err)
			assert.Check(t, cmp.Equal(string(content), "s"))
			_, err = os.Lstat(filepath.Join(folder, "evil"))
			assert.Check(t, errors.Is(err, fs.ErrNotExist))
			if got, err := os.ReadFile(filepath.Join(folder, "out", "m")); err == nil {
				assert.Check(t, string(got) != "s", "the secret got in")
			}
		})
	}
}

func TestUnpackKeepsModesAndTimes(t *testing.T) {
	folder := t.TempDir()
	assert.NilError(t, unpack(t, folder,
		entry{tar.TypeDir, "tree", "", 0o555}, entry{tar.TypeDir, "tree/sub", "", 0o500}, entry{tar.TypeReg, "tree/sub/f", "hello", 0o4755},
		entry{tar.TypeLink, "tree/sub/g", "tree/sub/f", 0o644}, entry{tar.TypeSymlink, "tree/abs", "/etc/passwd", 0o777},
		entry{tar.TypeFifo, "tree/pipe", "", 0o644}, entry{tar.TypeReg, "tree/last", "", 0o600},
	))
	for name, mode := range map[string]fs.FileMode{
		"out": fs.ModeDir | 0o555, "out/sub": fs.ModeDir | 0o500, "out/sub/f": 0o755, "out/sub/g": 0o755, "out/last": 0o600,
	} {
		info, err := os.Stat(filepath.Join(folder, name))
		assert.NilError(t, err)
		assert.Check(t, cmp.Equal(info.Mode(), mode), name)
		assert.Check(t, info.ModTime().Equal(time.Unix(1e9, 0)), "%s is of %s", name, info.ModTime())
	}
	_, err := os.Lstat(filepath.Join(folder, "out/pipe"))
	assert.Check(t, errors.Is(err, fs.ErrNotExist))
	link, err := os.Readlink(filepath.Join(folder, "out/abs"))
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(link, "/etc/passwd"))
}

func TestUnpackReplacesLikeByLike(t *testing.T) {
	folder := t.TempDir()
	first := []entry{{tar.TypeDir, "tree", "", 0o755}, {tar.TypeReg, "tree/f", "one", 0o444}, {tar.TypeDir, "tree/d", "", 0o755}}
	assert.NilError(t, unpack(t, folder, first...))
	assert.NilError(t, unpack(t, folder, entry{tar.TypeDir, "tree", "", 0o755}, entry{tar.TypeReg, "tree/f", "two", 0o444}))
	content, err := os.ReadFile(filepath.Join(folder, "out/f"))
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(string(content), "two"))
	assert.ErrorContains(t, unpack(t, folder, entry{tar.TypeReg, "tree/d", "", 0o644}), "cannot overwrite a directory")
	assert.ErrorContains(t, unpack(t, folder, entry{tar.TypeDir, "tree/f", "", 0o755}), "cannot overwrite non-directory")
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	assert.NilError(t, os.MkdirAll(filepath.Join(dir, "tree"), 0o755))
	assert.NilError(t, os.Symlink("tree", filepath.Join(dir, "link")))
	open := func(name string, follow bool) archive.Item {
		s, err := archive.Open(filepath.Join(dir, name), follow)
		assert.NilError(t, err)
		return s.Item
	}
	assert.Check(t, cmp.Equal(open("tree", false), archive.Item{Name: "tree", Folder: true}))
	assert.Check(t, cmp.Equal(open("link", false), archive.Item{Name: "link"}))
	assert.Check(t, cmp.Equal(open("link", true), archive.Item{Name: "link", Folder: true}))
	s, err := archive.Open(dir+"/tree/.", false)
	assert.NilError(t, err)
	assert.Check(t, s.Contents)
	_, err = archive.Open(dir+"/nosuch", false)
	assert.Check(t, errors.Is(err, fs.ErrNotExist))
}

// TestRoundTrip: what is packed is unpacked as it was.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		from, to := tempDir(r), tempDir(r)
		files := rapid.MapOfN(rapid.StringMatching(`[a-c]{1,2}(/[a-cé ]{1,3}x){0,2}`), rapid.String(), 1, 8).Draw(r, "files")
		kept := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(files)) {
			path := filepath.Join(from, "tree", name)
			if os.MkdirAll(filepath.Dir(path), 0o755) == nil && os.WriteFile(path, []byte(files[name]), 0o640) == nil {
				kept[name] = files[name]
			}
		}
		source, err := archive.Open(filepath.Join(from, "tree"), false)
		assert.NilError(r, err)
		reader, writer := io.Pipe()
		go func() { writer.CloseWithError(source.Pack(context.Background(), writer, "base")) }()
		assert.NilError(r, archive.Unpack(context.Background(), reader, "base", to, "out", nil))
		found := map[string]string{}
		assert.NilError(r, filepath.WalkDir(filepath.Join(to, "out"), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				content, err := os.ReadFile(path)
				found[strings.TrimPrefix(path, filepath.Join(to, "out")+"/")] = string(content)
				return err
			}
			return err
		}))
		assert.DeepEqual(r, found, kept)
	})
}

func tempDir(r *rapid.T) string {
	dir, err := os.MkdirTemp("", "archive")
	assert.NilError(r, err)
	r.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

func TestPackEndsWithItsContext(t *testing.T) {
	source, err := archive.Open(t.TempDir(), false)
	assert.NilError(t, err)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	assert.Check(t, errors.Is(source.Pack(ended, io.Discard, "d"), context.Canceled))
}
