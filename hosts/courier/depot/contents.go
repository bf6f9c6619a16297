package depot

import (
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
)

// Contents is what an image consists of, as far as a host has it: an image of
// several platforms is often there for one of them only.
type Contents struct {
	// Top is the manifest or the index that stands for the whole.
	Top ocispec.Descriptor `json:"top"`
	// Notes are the blobs that aren't layers: indexes, manifests, configurations.
	Notes []Blob `json:"notes"`
	// Images are those of single platforms.
	Images []Image `json:"images"`
}

// Image is one of a single platform.
type Image struct {
	Manifest digest.Digest    `json:"manifest"`
	Config   Blob             `json:"config"`
	Platform ocispec.Platform `json:"platform"`
	// Layers are the lowest first.
	Layers []Layer `json:"layers"`
}

// Blob is a sequence of bytes.
type Blob struct {
	Digest digest.Digest `json:"digest"`
	Size   int64         `json:"size"`
}

// Layer is a blob that an engine unpacks.
type Layer struct {
	Blob
	// Content is the digest of what it holds: two blobs that are compressed
	// differently have the same.
	Content digest.Digest `json:"content"`
}

// suits tells whether an engine of the platform would take the image for its own.
func (i Image) suits(os, arch string) bool {
	return i.Platform.OS == os && i.Platform.Architecture == arch
}
