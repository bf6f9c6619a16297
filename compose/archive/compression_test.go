package archive_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/archive"
)

func gzipped(t *testing.T, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write(content)
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	return b.Bytes()
}

func zstandard(t *testing.T, content []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	assert.NilError(t, err)
	return w.EncodeAll(content, nil)
}

// bzipped needs the program: the standard library only reads it.
func bzipped(t *testing.T, content []byte) []byte {
	t.Helper()
	c := exec.Command("bzip2", "-c")
	c.Stdin = bytes.NewReader(content)
	out, err := c.Output()
	if err != nil {
		t.Skipf("bzip2: %v", err)
	}
	return out
}

func TestDecompressKnowsTheFormByItsContent(t *testing.T) {
	plain, err := io.ReadAll(stream(t, entry{tar.TypeReg, "a", "content", 0o644}))
	assert.NilError(t, err)
	for name, pack := range map[string]func(*testing.T, []byte) []byte{
		"tar": func(_ *testing.T, b []byte) []byte { return b }, "gzip": gzipped, "zstd": zstandard, "bzip2": bzipped,
	} {
		t.Run(name, func(t *testing.T) {
			r, err := archive.Decompress(bytes.NewReader(pack(t, plain)))
			assert.NilError(t, err)
			defer r.Close()
			got, err := io.ReadAll(r)
			assert.NilError(t, err)
			assert.Assert(t, bytes.Equal(got, plain))
		})
	}
}

func TestDecompressRefusesWhatIsNoArchive(t *testing.T) {
	for name, content := range map[string]string{
		"nothing": "", "a page": "<!doctype html>" + strings.Repeat(" ", 1000), "short": "FROM busybox\n",
		"a packed page": string(gzipped(t, []byte(strings.Repeat("page", 1000)))),
	} {
		_, err := archive.Decompress(strings.NewReader(content))
		assert.ErrorIs(t, err, archive.ErrNoArchive, name)
	}
	_, err := archive.Decompress(strings.NewReader("\xfd7zXZ\x00more"))
	assert.ErrorContains(t, err, "xz")
	_, err = archive.Decompress(strings.NewReader("\x1f\x8bno gzip at all"))
	assert.ErrorContains(t, err, "gzip")
}

func TestUnpackAllKeepsToItsLimit(t *testing.T) {
	two := []entry{{tar.TypeReg, "./a", "12345", 0o644}, {tar.TypeReg, "b/c", "67890", 0o644}}
	folder := t.TempDir()
	assert.NilError(t, archive.UnpackAll(t.Context(), stream(t, two...), folder, archive.Limit{Bytes: 10, Entries: 2}))
	got, err := os.ReadFile(filepath.Join(folder, "b", "c"))
	assert.NilError(t, err)
	assert.Equal(t, string(got), "67890")

	err = archive.UnpackAll(t.Context(), stream(t, two...), t.TempDir(), archive.Limit{Bytes: 9})
	assert.ErrorContains(t, err, `unpack "b/c": refused: it holds more than 9B`)
	err = archive.UnpackAll(t.Context(), stream(t, two...), t.TempDir(), archive.Limit{Entries: 1})
	assert.ErrorContains(t, err, "refused: it holds more than 1 files")
	err = archive.UnpackAll(t.Context(), stream(t, entry{tar.TypeReg, "../out", "x", 0o644}), t.TempDir(), archive.Limit{})
	assert.ErrorContains(t, err, "leads out of the folder")
}

// A header may claim a size that is all holes, which no byte of the stream pays for.
func TestUnpackAllCountsHoles(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	assert.NilError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "holes", Size: 1 << 40, Mode: 0o644}))
	err := archive.UnpackAll(t.Context(), &b, t.TempDir(), archive.Limit{Bytes: 1 << 20})
	assert.ErrorContains(t, err, "refused: it holds more than 1MiB")
}
