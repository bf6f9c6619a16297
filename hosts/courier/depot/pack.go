package depot

import (
	"archive/tar"
	"encoding/json"
	"fmt"
	"io"
	"path"

	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// pack writes the archive from which an engine that keeps blobs, or one that
// doesn't, takes an image under a name. What the engine has is left out of it;
// put writes the rest, blob by blob.
func pack(w io.Writer, c Contents, wanted wanted, blobs bool, name string, put put) error {
	archive := tar.NewWriter(w)
	var err error
	if blobs {
		err = layout(archive, c, name)
	} else {
		err = list(archive, wanted.images[0], name)
	}
	if err != nil {
		return err
	}
	for _, b := range wanted.lacks {
		if err := packBlob(archive, b, put); err != nil {
			return err
		}
	}
	return archive.Close()
}

// within is where both kinds of archive have a blob.
func within(b Blob) string {
	return path.Join(ocispec.ImageBlobsDir, b.Digest.Algorithm().String(), b.Digest.Encoded())
}

// layout begins an archive as the Open Container Initiative describes it.
func layout(archive *tar.Writer, c Contents, name string) error {
	top := c.Top
	top.Annotations = map[string]string{"io.containerd.image.name": "docker.io/library/" + name}
	index := ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex,
		Manifests: []ocispec.Descriptor{top},
	}
	if err := packJSON(archive, ocispec.ImageLayoutFile, ocispec.ImageLayout{Version: ocispec.ImageLayoutVersion}); err != nil {
		return err
	}
	return packJSON(archive, ocispec.ImageIndexFile, index)
}

// list begins an archive of Docker's own kind.
func list(archive *tar.Writer, image Image, name string) error {
	entry := struct {
		Config   string
		RepoTags []string
		Layers   []string
	}{Config: within(image.Config), RepoTags: []string{name}}
	for _, l := range image.Layers {
		entry.Layers = append(entry.Layers, within(l.Blob))
	}
	return packJSON(archive, "manifest.json", []any{entry})
}

func packJSON(archive *tar.Writer, name string, value any) error {
	text, err := json.Marshal(value)
	if err == nil {
		err = archive.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(text))})
	}
	if err == nil {
		_, err = archive.Write(text)
	}
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	return nil
}

func packBlob(archive *tar.Writer, b Blob, put put) error {
	err := archive.WriteHeader(&tar.Header{Name: within(b), Mode: 0o644, Size: b.Size})
	if err == nil {
		err = put(archive, b)
	}
	if err != nil {
		return fmt.Errorf("pack %s: %w", b.Digest, err)
	}
	return nil
}

// copyOut writes a blob of the spool.
func (s *spool) copyOut(w io.Writer, b Blob) error {
	f, err := s.open(b.Digest)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(w, f)
	return err
}
