package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"oras.land/oras-go/v2/content"
	"oras.land/oras-go/v2/errdef"
	"oras.land/oras-go/v2/registry/remote"
)

// scheme begins a path that names an artifact of a registry.
const scheme = "oci://"

// IsOCI tells whether a path names an artifact of a registry.
func IsOCI(path string) bool { return strings.HasPrefix(path, scheme) }

// OCI fetches compose files from registries.
type OCI struct {
	Cache      Cache
	Registries Registries
}

// Fetch returns the path of an artifact's compose file. An artifact whose
// digest is named, or was fetched before, isn't fetched again.
func (o OCI) Fetch(ctx context.Context, path string) (string, error) {
	name := strings.TrimPrefix(path, scheme)
	folder, err := o.fetch(ctx, name)
	if errors.Is(err, errdef.ErrNotFound) {
		err = errors.New("the registry doesn't have it")
	}
	if err != nil {
		return "", fmt.Errorf("failed to pull OCI resource %q: %w", name, err)
	}
	return composeFile(folder)
}

func (o OCI) fetch(ctx context.Context, name string) (folder string, err error) {
	ref, err := reference.ParseDockerRef(name)
	if err != nil {
		return "", err
	}
	if pinned, ok := ref.(reference.Digested); ok {
		if folder, ok := o.Cache.folder(folderOf(pinned.Digest())); ok {
			return folder, nil
		}
	}
	repo, err := o.Registries.repository(ctx, ref)
	if err != nil {
		return "", err
	}
	manifest, digest, err := projectManifest(ctx, repo, ref)
	if err != nil {
		return "", err
	}
	if folder, ok := o.Cache.folder(folderOf(digest)); ok {
		return folder, nil
	}
	return o.Cache.keep(folderOf(digest), func(into string) error { return pull(ctx, repo, manifest, into) })
}

func folderOf(d digest.Digest) string { return d.Encoded() }

// tagOrDigest is the part of a reference after the name.
func tagOrDigest(ref reference.Named) string {
	switch r := ref.(type) {
	case reference.Digested:
		return r.Digest().String()
	case reference.Tagged:
		return r.Tag()
	}
	return "latest"
}

// projectManifest is a reference's manifest, which was checked against its digest.
func projectManifest(ctx context.Context, repo *remote.Repository, ref reference.Named) (m ocispec.Manifest, d digest.Digest, err error) {
	at, err := repo.Resolve(ctx, tagOrDigest(ref))
	if err != nil {
		return m, "", err
	}
	if at.Size > maxManifest {
		return m, "", fmt.Errorf("its manifest is larger than %d MiB", maxManifest>>20)
	}
	raw, err := content.FetchAll(ctx, repo, at)
	if err != nil {
		return m, "", err
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, "", fmt.Errorf("read its manifest: %w", err)
	}
	if !isProject(m) {
		return m, "", errors.New("it isn't a compose application, but something else")
	}
	if len(m.Layers) > maxFiles {
		return m, "", fmt.Errorf("it has more than %d files", maxFiles)
	}
	return m, at.Digest, nil
}

func pull(ctx context.Context, repo *remote.Repository, m ocispec.Manifest, folder string) error {
	u := unpacker{folder: folder}
	left := int64(maxFile)
	for _, layer := range m.Layers {
		if _, ok, err := layerFile(layer); err != nil || !ok {
			if err != nil {
				return err
			}
			continue
		}
		if left -= layer.Size; left < 0 || layer.Size < 0 {
			return fmt.Errorf("its files are larger than %d MiB", maxFile>>20)
		}
		file, err := content.FetchAll(ctx, repo.Blobs(), layer)
		if err != nil {
			return err
		}
		if err := u.add(layer, file); err != nil {
			return err
		}
	}
	return u.finish()
}
