package depot

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/opencontainers/go-digest"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// blobs are those of an image that may not be there as a whole.
type blobs interface {
	// blob returns an error that is fs.ErrNotExist where it isn't there.
	blob(d digest.Digest) (Blob, error)
	// read returns a small one.
	read(d digest.Digest) ([]byte, error)
}

// describe says what an image consists of, by what its top leads to.
func describe(top ocispec.Descriptor, in blobs) (Contents, error) {
	c := Contents{Top: ocispec.Descriptor{MediaType: top.MediaType, Digest: top.Digest, Size: top.Size}}
	err := follow(c.Top, in, &c)
	if err == nil && len(c.Images) == 0 {
		err = errors.New("it holds no image that is whole")
	}
	return c, err
}

// follow adds what a descriptor leads to; of what isn't there nothing.
func follow(d ocispec.Descriptor, in blobs, c *Contents) error {
	note, err := in.blob(d.Digest)
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	text, err := in.read(d.Digest)
	if err != nil {
		return err
	}
	var either struct {
		ocispec.Manifest
		Manifests []ocispec.Descriptor `json:"manifests"`
	}
	if err := json.Unmarshal(text, &either); err != nil {
		return fmt.Errorf("%s: %w", d.Digest, err)
	}
	if len(either.Manifests) == 0 {
		return addImage(note, either.Manifest, in, c)
	}
	c.Notes = append(c.Notes, note)
	for _, m := range either.Manifests {
		if err := follow(m, in, c); err != nil {
			return err
		}
	}
	return nil
}

// addImage adds that of a manifest, where all of it is there.
func addImage(note Blob, m ocispec.Manifest, in blobs, c *Contents) error {
	config, err := in.blob(m.Config.Digest)
	if missing(err) {
		return nil
	}
	if err != nil {
		return err
	}
	image := Image{Manifest: note.Digest, Config: config}
	content, err := configure(in.read, &image)
	if err != nil {
		return err
	}
	for i, l := range m.Layers {
		blob, err := in.blob(l.Digest)
		if missing(err) {
			return nil
		}
		if err != nil {
			return err
		}
		layer := Layer{Blob: blob}
		if i < len(content) { // what an attestation calls layers holds no files
			layer.Content = content[i]
		}
		image.Layers = append(image.Layers, layer)
	}
	c.Notes = append(c.Notes, note)
	c.Images = append(c.Images, image)
	return nil
}

// configure reads the platform of an image and the digests of what its layers hold.
func configure(read func(digest.Digest) ([]byte, error), image *Image) (content []digest.Digest, err error) {
	text, err := read(image.Config.Digest)
	if err != nil {
		return nil, err
	}
	var config ocispec.Image
	if err := json.Unmarshal(text, &config); err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	image.Platform = config.Platform
	return config.RootFS.DiffIDs, nil
}

// withManifest gives an image that has none a manifest.
func (s *spool) withManifest(image Image) (Contents, error) {
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2},
		MediaType: ocispec.MediaTypeImageManifest,
		Config:    ocispec.Descriptor{MediaType: ocispec.MediaTypeImageConfig, Digest: image.Config.Digest, Size: image.Config.Size},
	}
	for _, l := range image.Layers {
		m.Layers = append(m.Layers, ocispec.Descriptor{MediaType: ocispec.MediaTypeImageLayer, Digest: l.Digest, Size: l.Size})
	}
	text, err := json.Marshal(m)
	if err != nil {
		return Contents{}, err
	}
	note, err := s.write(text)
	if err != nil {
		return Contents{}, err
	}
	image.Manifest = note.Digest
	return Contents{
		Top:    ocispec.Descriptor{MediaType: m.MediaType, Digest: note.Digest, Size: note.Size},
		Notes:  []Blob{note},
		Images: []Image{image},
	}, nil
}
