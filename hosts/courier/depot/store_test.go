package depot

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/opencontainers/go-digest"
	chains "github.com/opencontainers/image-spec/identity"
	"github.com/vbatts/tar-split/tar/asm"
	"github.com/vbatts/tar-split/tar/storage"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"pgregory.net/rapid"
)

// archived is a layer's archive with a file of the content, and some that have none.
func archived(t *testing.T, content string) string {
	t.Helper()
	var b bytes.Buffer
	archive := tar.NewWriter(&b)
	for _, h := range []*tar.Header{
		{Name: "etc/", Typeflag: tar.TypeDir, Mode: 0o700},
		{Name: "etc/file", Typeflag: tar.TypeReg, Mode: 0o600, Size: int64(len(content)), Uid: 7, PAXRecords: map[string]string{"SCHILY.xattr.user.a": "b"}},
		{Name: "etc/link", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		{Name: "etc/.wh.gone", Typeflag: tar.TypeReg, Mode: 0o600},
	} {
		assert.NilError(t, archive.WriteHeader(h))
		if h.Size > 0 {
			_, err := io.WriteString(archive, content)
			assert.NilError(t, err)
		}
	}
	assert.NilError(t, archive.Close())
	return b.String()
}

// keepLayer puts a layer where the storage driver has it.
func keepLayer(t *testing.T, disk, layer string, chain digest.Digest) {
	t.Helper()
	notes := filepath.Join(disk, NotesFolder, "layerdb/sha256", chain.Encoded())
	files := filepath.Join(disk, LayersFolder, chain.Encoded()[:8], "diff")
	assert.NilError(t, os.MkdirAll(notes, 0o700))
	assert.NilError(t, os.MkdirAll(files, 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(notes, "cache-id"), []byte(chain.Encoded()[:8]), 0o600))
	recipe, err := os.Create(filepath.Join(notes, "tar-split.json.gz"))
	assert.NilError(t, err)
	packed := gzip.NewWriter(recipe)
	stream, split, err := asm.NewInputTarStreamWithDone(strings.NewReader(layer), storage.NewJSONPacker(packed), nil)
	assert.NilError(t, err)
	for archive := tar.NewReader(stream); ; {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		assert.NilError(t, err)
		file := filepath.Join(files, h.Name)
		switch h.Typeflag {
		case tar.TypeDir:
			assert.NilError(t, os.MkdirAll(file, 0o700))
		case tar.TypeReg:
			text, err := io.ReadAll(archive)
			assert.NilError(t, err)
			assert.NilError(t, os.WriteFile(file, text, 0o600))
		}
	}
	_, err = io.Copy(io.Discard, stream)
	assert.NilError(t, err)
	assert.NilError(t, <-split)
	assert.NilError(t, errors.Join(packed.Close(), recipe.Close()))
}

// keep puts an image of the engine where depots can read it.
func (h *host) keep(t *testing.T, name string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	defer func() { h.shelf.store = newStore(h.disk, h.shelf.spool) }()
	if h.blobs {
		folder := filepath.Join(h.disk, BlobsFolder, "sha256")
		assert.NilError(t, os.MkdirAll(folder, 0o700))
		for d, b := range h.content {
			assert.NilError(t, os.WriteFile(filepath.Join(folder, d.Encoded()), b, 0o600))
		}
		return
	}
	image := h.images[name]
	folder := filepath.Join(h.disk, NotesFolder, "imagedb/content/sha256")
	assert.NilError(t, os.MkdirAll(folder, 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, image.config.Encoded()), h.content[image.config], 0o600))
	for i, chain := range chains.ChainIDs(append([]digest.Digest{}, image.files...)) {
		keepLayer(t, h.disk, string(h.content[image.files[i]]), chain)
	}
}

// A part of an image is read from the disk of the host that has it, and the
// engine has nothing to pack.
func TestLayersAreReadFromTheDisk(t *testing.T) {
	base, first := archived(t, base), archived(t, first)
	i := identity(t)
	origin, from, to := open(t, i, false, sound), open(t, i, true, sound), open(t, i, false, sound)
	origin.add("shop:1", base, first)
	origin.keep(t, "shop:1")
	to.add("other:1", base)
	_, err := from.pull(t, "shop:1", origin.address)
	assert.NilError(t, err)
	from.keep(t, "shop:1")
	from = from.reopened(t, i)
	_, err = to.pull(t, "shop:1", from.address)
	assert.NilError(t, err)
	assert.Equal(t, to.bytesOf("shop:1"), base+first)
	assert.Equal(t, origin.saves+from.saves, 0)
	assert.Check(t, is.Contains(to.names(), "shop:1"))
}

// What the disk has no more, or not as it was, the engine is asked for.
func TestADiskThatHasNotAllOfAnImage(t *testing.T) {
	for name, harm := range map[string]func(disk string) error{
		"no notes":    func(disk string) error { return os.RemoveAll(filepath.Join(disk, NotesFolder, "layerdb")) },
		"no layers":   func(disk string) error { return os.RemoveAll(filepath.Join(disk, LayersFolder)) },
		"other files": func(disk string) error { return overwrite(filepath.Join(disk, LayersFolder, "*/diff/etc/file")) },
	} {
		t.Run(name, func(t *testing.T) {
			layer := archived(t, base)
			i := identity(t)
			from, to := open(t, i, false, sound), open(t, i, false, sound)
			from.add("shop:1", layer)
			from.keep(t, "shop:1")
			assert.NilError(t, harm(from.disk))
			_, err := to.pull(t, "shop:1", from.address)
			assert.NilError(t, err)
			assert.Equal(t, to.bytesOf("shop:1"), layer)
			assert.Equal(t, from.saves, 1)
		})
	}
}

func overwrite(pattern string) error {
	files, err := filepath.Glob(pattern)
	for _, f := range files {
		err = errors.Join(err, os.WriteFile(f, []byte("something else"), 0o600))
	}
	return err
}

// A layer's archive reads as the file that it was, from any place.
func TestALayersArchiveIsAsItWas(t *testing.T) {
	layer := archived(t, first)
	disk := t.TempDir()
	keepLayer(t, disk, layer, digest.FromString(layer))
	s, ok := newStore(disk, nil).(*layerStore)
	assert.Assert(t, ok)
	size, err := s.find(digest.FromString(layer), digest.FromString(layer))
	assert.NilError(t, err)
	assert.Equal(t, size, int64(len(layer)))
	file, err := s.open(digest.FromString(layer))
	assert.NilError(t, err)
	defer file.Close()
	rapid.Check(t, func(t *rapid.T) {
		offset := rapid.Int64Range(0, size).Draw(t, "offset")
		length := rapid.Int64Range(0, size-offset).Draw(t, "length")
		_, err := file.Seek(offset, io.SeekStart)
		assert.NilError(t, err)
		got, err := io.ReadAll(io.LimitReader(file, length))
		assert.NilError(t, err)
		assert.Check(t, string(got) == layer[offset:offset+length], "%d bytes at %d", length, offset)
	})
	_, err = s.open(digest.FromString("another"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
}

// No name in a layer's archive leads out of its folder.
func TestALayerReadsNothingOfOthers(t *testing.T) {
	folder := t.TempDir()
	assert.NilError(t, os.Mkdir(filepath.Join(folder, "diff"), 0o700))
	assert.NilError(t, os.WriteFile(filepath.Join(folder, "secret"), []byte("x"), 0o600))
	assert.NilError(t, os.Symlink("../secret", filepath.Join(folder, "diff/link")))
	root, err := os.OpenRoot(filepath.Join(folder, "diff"))
	assert.NilError(t, err)
	defer root.Close()
	for _, name := range []string{"../secret", "/../secret", "link", "a/../../secret"} {
		_, err := layerFiles{root}.Get(name)
		assert.Check(t, err != nil, name)
	}
}
