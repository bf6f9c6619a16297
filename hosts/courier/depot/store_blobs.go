package depot

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// blobStore is a folder of blobs as containerd keeps them: ALGORITHM/DIGEST.
type blobStore struct{ folder string }

func (s blobStore) path(d digest.Digest) string {
	return filepath.Join(s.folder, d.Algorithm().String(), d.Encoded())
}

func (s blobStore) open(d digest.Digest) (io.ReadSeekCloser, error) { return os.Open(s.path(d)) }

// contents follows what the image's digest leads to.
func (s blobStore) contents(id digest.Digest) (Contents, error) {
	top, err := s.blob(id)
	if err != nil {
		return Contents{}, err
	}
	text, err := s.read(id)
	if err != nil {
		return Contents{}, err
	}
	var kind struct{ MediaType string }
	if err := json.Unmarshal(text, &kind); err != nil || kind.MediaType == "" {
		return Contents{}, fmt.Errorf("%s: it doesn't say what it is: %w", id, errNotThere)
	}
	return describe(ocispec.Descriptor{MediaType: kind.MediaType, Digest: top.Digest, Size: top.Size}, s)
}

func (s blobStore) has(image Image) []bool {
	there := make([]bool, len(image.Layers))
	for i, l := range image.Layers {
		b, err := s.blob(l.Digest)
		there[i] = err == nil && b.Size == l.Size
	}
	return there
}

func (s blobStore) blob(d digest.Digest) (Blob, error) {
	if err := d.Validate(); err != nil {
		return Blob{}, err
	}
	info, err := os.Stat(s.path(d))
	if err != nil {
		return Blob{}, err
	}
	return Blob{Digest: d, Size: info.Size()}, nil
}

// read returns a small blob.
func (s blobStore) read(d digest.Digest) ([]byte, error) {
	file, err := s.open(d)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxNote))
}
