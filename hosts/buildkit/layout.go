package buildkit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/containerd/containerd/v2/core/content"
	"github.com/containerd/containerd/v2/plugins/content/local"
	"github.com/moby/buildkit/client/ociindex"
	"github.com/opencontainers/go-digest"
)

// layoutScheme is how contexts begin that are an image in a folder of this
// machine: oci-layout://FOLDER[:TAG][@DIGEST].
const layoutScheme = "oci-layout://"

// addLayout has BuildKit read an image from a folder, as it would from a registry.
func (s *source) addLayout(name, where string) error {
	folder, tag, sum := layoutParts(strings.TrimPrefix(where, layoutScheme))
	if sum == "" {
		var err error
		if sum, err = layoutDigest(folder, tag); err != nil {
			return fmt.Errorf("additional context %s: %s: %w", name, where, err)
		}
	}
	store, err := local.NewStore(folder)
	if err != nil {
		return fmt.Errorf("additional context %s: %s: %w", name, where, err)
	}
	if s.layouts == nil {
		s.layouts = map[string]content.Store{}
	}
	key := "layout" + digest.FromString(name).Encoded()[:16]
	s.layouts[key] = store
	s.attributes["context:"+name] = layoutScheme + key + "@" + sum
	return nil
}

// layoutParts are the folder, the tag and the digest of an address.
func layoutParts(address string) (folder, tag, sum string) {
	folder, sum, _ = strings.Cut(address, "@sha256:")
	if sum != "" {
		sum = "sha256:" + sum
	}
	if i := strings.LastIndex(folder, ":"); i > strings.LastIndex(folder, "/") {
		folder, tag = folder[:i], folder[i+1:]
	}
	return folder, tag, sum
}

// layoutDigest is what a tag means in a folder; without one, its only image, or "latest".
func layoutDigest(folder, tag string) (string, error) {
	if _, err := os.Stat(filepath.Join(folder, "index.json")); err != nil {
		return "", fmt.Errorf("%s is no OCI layout: %w", folder, err)
	}
	index := ociindex.NewStoreIndex(folder)
	wanted := tag
	if wanted == "" {
		wanted = "latest"
	}
	found, err := index.Get(wanted)
	if err == nil && found == nil && tag == "" {
		found, err = index.GetSingle()
	}
	if err == nil && found == nil {
		err = errors.New("it holds no image of the tag " + wanted)
	}
	if err != nil {
		return "", err
	}
	return found.Digest.String(), nil
}
