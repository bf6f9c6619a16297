package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/distribution/reference"
	"github.com/opencontainers/image-spec/specs-go"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/errcode"
)

// File is a file of an application that is published.
type File struct {
	// Name is what it is called, without a folder.
	Name string
	Kind FileKind
	// Content is at most 8 MiB with that of all others.
	Content []byte
}

// FileKind is what a file is for.
type FileKind int

// The kinds: a compose file, one that another extends, and one of variables.
const (
	ComposeFile FileKind = iota
	ExtendedFile
	EnvFile
)

// PublishOptions are how an application is published.
type PublishOptions struct {
	// OCIVersion is "1.0" or "1.1"; "" is the newer one that the registry takes.
	OCIVersion string
	// Version is the program's, Now what is noted as the time of creation.
	Version string
	Now     time.Time
	// Images are copied into the repository, from where their references are.
	Images []string
}

// ParseReference reads where an application is published: a name with a tag,
// "latest" where it has none.
func ParseReference(name string) (reference.Named, error) {
	ref, err := reference.ParseDockerRef(name)
	if err != nil {
		return nil, err
	}
	if _, pinned := ref.(reference.Digested); pinned {
		return nil, errors.New("a digest can't be chosen: name a tag")
	}
	return ref, nil
}

// Publish makes an artifact of files, as Docker Compose does, and pushes it.
func (r Registries) Publish(ctx context.Context, ref reference.Named, files []File, o PublishOptions) error {
	if !slices.Contains([]string{"", "1.0", "1.1"}, o.OCIVersion) {
		return fmt.Errorf("unsupported OCI version: %s", o.OCIVersion)
	}
	repo, err := r.repository(ctx, ref)
	if err != nil {
		return err
	}
	var layers []ocispec.Descriptor
	for _, f := range files {
		layers = append(layers, layer(f, o.Version))
		if err := pushBlob(ctx, repo, layers[len(layers)-1]); err != nil {
			return err
		}
	}
	manifest, err := pushManifest(ctx, repo, tagOrDigest(ref), layers, o)
	if err != nil || len(o.Images) == 0 {
		return err
	}
	return r.pushImages(ctx, repo, manifest, o)
}

// layer holds its content, too, so that small files take no further request.
func layer(f File, version string) ocispec.Descriptor {
	mediaType, annotation := typeFile, annotationFile
	if f.Kind == EnvFile {
		mediaType, annotation = typeEnvFile, annotationEnvFile
	}
	d := content.NewDescriptorFromBytes(mediaType, f.Content)
	d.Data = f.Content
	d.Annotations = map[string]string{annotation: f.Name, annotationVersion: version}
	if f.Kind == ExtendedFile {
		d.Annotations[annotationExtends] = "true"
	}
	return d
}

// pushBlob pushes what a descriptor holds, where the registry lacks it.
func pushBlob(ctx context.Context, repo *remote.Repository, d ocispec.Descriptor) error {
	there, err := repo.Blobs().Exists(ctx, d)
	if err != nil || there {
		return err
	}
	return repo.Blobs().Push(ctx, d, bytes.NewReader(d.Data))
}

// pushManifest pushes the manifest under the tag, in the older form where the
// registry refuses the newer one.
func pushManifest(ctx context.Context, repo *remote.Repository, tag string, layers []ocispec.Descriptor, o PublishOptions) (ocispec.Descriptor, error) {
	if o.OCIVersion != "1.0" {
		d, err := push(ctx, repo, tag, manifest(layers, o.Now, true))
		refused, ok := errors.AsType[*errcode.ErrorResponse](err)
		if err == nil || o.OCIVersion == "1.1" || !ok || refused.StatusCode != http.StatusBadRequest {
			return d, err
		}
	}
	return push(ctx, repo, tag, manifest(layers, o.Now, false))
}

// manifest is that of OCI 1.1, with a type of the artifact, or that of 1.0,
// whose configuration has the type.
func manifest(layers []ocispec.Descriptor, now time.Time, typed bool) ocispec.Manifest {
	empty := []byte("{}")
	m := ocispec.Manifest{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageManifest, Layers: layers,
		Config:      content.NewDescriptorFromBytes(typeConfigV0, empty),
		Annotations: map[string]string{ocispec.AnnotationCreated: now.UTC().Format(time.RFC3339)},
	}
	if typed {
		m.ArtifactType, m.Config.MediaType = typeProject, ocispec.MediaTypeEmptyJSON
	}
	m.Config.Data = empty
	return m
}

func push(ctx context.Context, repo *remote.Repository, tag string, m ocispec.Manifest) (d ocispec.Descriptor, err error) {
	if err := pushBlob(ctx, repo, m.Config); err != nil {
		return d, err
	}
	raw, err := json.Marshal(m)
	if err != nil {
		return d, err
	}
	d = content.NewDescriptorFromBytes(m.MediaType, raw)
	d.ArtifactType = m.ArtifactType
	return d, repo.PushReference(ctx, d, bytes.NewReader(raw), tag)
}

// pushImages copies images into the repository, and an index of them that
// refers to the application's manifest.
func (r Registries) pushImages(ctx context.Context, repo *remote.Repository, subject ocispec.Descriptor, o PublishOptions) error {
	index := ocispec.Index{
		Versioned: specs.Versioned{SchemaVersion: 2}, MediaType: ocispec.MediaTypeImageIndex, Subject: &subject,
		Annotations: map[string]string{annotationVersion: o.Version},
	}
	for _, image := range o.Images {
		copied, err := r.copyImage(ctx, repo, image)
		if err != nil {
			return fmt.Errorf("copy image %s: %w", image, err)
		}
		index.Manifests = append(index.Manifests, copied)
	}
	raw, err := json.Marshal(index)
	if err != nil {
		return err
	}
	return repo.Push(ctx, content.NewDescriptorFromBytes(index.MediaType, raw), bytes.NewReader(raw))
}

func (r Registries) copyImage(ctx context.Context, to *remote.Repository, image string) (ocispec.Descriptor, error) {
	ref, err := reference.ParseDockerRef(image)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	from, err := r.repository(ctx, ref)
	if err != nil {
		return ocispec.Descriptor{}, err
	}
	at, err := from.Resolve(ctx, tagOrDigest(ref))
	if err != nil {
		return at, err
	}
	return at, oras.CopyGraph(ctx, from, to, at, oras.DefaultCopyGraphOptions)
}
