//go:build e2e

package e2e

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"gotest.tools/v3/assert"
)

// layout is a folder with an image, v1, of one file, /kept.
func layout(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	blob := func(mediaType string, content []byte) ocispec.Descriptor {
		sum := digest.FromBytes(content)
		path := filepath.Join(folder, "blobs", "sha256", sum.Encoded())
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(t, os.WriteFile(path, content, 0o644))
		return ocispec.Descriptor{MediaType: mediaType, Digest: sum, Size: int64(len(content))}
	}
	text := func(v any) []byte {
		content, err := json.Marshal(v)
		assert.NilError(t, err)
		return content
	}
	var files bytes.Buffer
	w := tar.NewWriter(&files)
	assert.NilError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "kept", Size: 11, Mode: 0o644}))
	_, err := w.Write([]byte("in a folder"))
	assert.NilError(t, err)
	assert.NilError(t, w.Close())
	layer := blob(ocispec.MediaTypeImageLayer, files.Bytes())
	config := blob(ocispec.MediaTypeImageConfig, text(ocispec.Image{
		Platform: ocispec.Platform{OS: "linux", Architecture: "amd64"},
		RootFS:   ocispec.RootFS{Type: "layers", DiffIDs: []digest.Digest{layer.Digest}},
	}))
	manifest := blob(ocispec.MediaTypeImageManifest, text(ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, Config: config, Layers: []ocispec.Descriptor{layer},
	}))
	manifest.Annotations = map[string]string{ocispec.AnnotationRefName: "v1"}
	for name, content := range map[string][]byte{
		ocispec.ImageLayoutFile: text(ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion}),
		ocispec.ImageIndexFile:  text(ocispec.Index{Versioned: specs.Versioned{SchemaVersion: 2}, Manifests: []ocispec.Descriptor{manifest}}),
	} {
		assert.NilError(t, os.WriteFile(filepath.Join(folder, name), content, 0o644))
	}
	return folder
}
