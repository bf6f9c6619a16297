package fake

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/distribution/reference"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Publish puts images into the registry that this engine pulls from.
func (e *Engine) Publish(refs ...string) {
	_ = e.update(func(s *state) error {
		for _, ref := range refs {
			s.Registry[familiar(ref)] = madeImage(ref)
		}
		return nil
	})
}

// Load puts images onto the host.
func (e *Engine) Load(refs ...string) {
	_ = e.update(func(s *state) error {
		for _, ref := range refs {
			s.addImage(madeImage(ref))
		}
		return nil
	})
}

// Lack makes the host one that doesn't have these paths; it has all others.
func (e *Engine) Lack(paths ...string) {
	_ = e.update(func(s *state) error {
		s.Lacking = paths
		return nil
	})
}

// Declare makes paths volumes of an image that the host has.
func (e *Engine) Declare(ref string, paths ...string) error {
	return e.update(func(s *state) error {
		image, err := s.image(ref)
		if err != nil {
			return err
		}
		image.Volumes = slices.Sorted(slices.Values(paths))
		s.Images[image.ID] = image
		return nil
	})
}

// madeImage has an ID and a digest that follow from the reference.
func madeImage(ref string) hosts.Image {
	ref = familiar(ref)
	name, _, _ := strings.Cut(ref, ":")
	return hosts.Image{
		ID: "sha256:" + identify("image "+ref), Tags: []string{ref}, Digests: []string{name + "@sha256:" + identify("manifest "+ref)},
		Size: 1 << 20, Created: time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC), Layers: []string{"sha256:" + identify("layer "+ref)},
		Platform: hosts.Platform{OS: "linux", Arch: "amd64"},
	}
}

// familiar is the short form with a tag: "nginx:latest" for docker.io/library/nginx.
func familiar(ref string) string {
	named, err := reference.ParseNormalizedNamed(ref)
	if err != nil {
		return ref
	}
	return reference.FamiliarString(reference.TagNameOnly(named))
}

// addImage moves the image's tags to it.
func (s *state) addImage(image hosts.Image) {
	for id, other := range s.Images {
		if id == image.ID {
			continue
		}
		other.Tags = slices.DeleteFunc(slices.Clone(other.Tags), func(t string) bool { return slices.Contains(image.Tags, t) })
		s.Images[id] = other
	}
	image.Tagged = time.Now().UTC()
	s.Images[image.ID] = image
}

// image finds one by tag, digest, ID or the start of an ID.
func (s *state) image(ref string) (hosts.Image, error) {
	short := familiar(ref)
	for _, i := range sorted(s.Images) {
		id := strings.TrimPrefix(i.ID, "sha256:")
		if slices.Contains(i.Tags, short) || slices.Contains(i.Digests, short) || i.ID == ref ||
			len(ref) >= 4 && strings.HasPrefix(id, strings.TrimPrefix(ref, "sha256:")) {
			return i, nil
		}
	}
	return hosts.Image{}, notFound("No such image: %s", short)
}

// PullImage brings an image from the registry to the host.
func (e *Engine) PullImage(ctx context.Context, ref string, o hosts.PullOptions) error {
	err := e.call(ctx, "PullImage", ref, func(s *state) error {
		image, ok := s.published(ref)
		if !ok {
			return notFound("pull access denied for %s, repository does not exist or may require 'docker login'", ref)
		}
		s.addImage(image)
		return nil
	})
	if err == nil && o.Progress != nil {
		o.Progress(hosts.PullProgress{Layer: "layer", Status: "Downloading", Current: 1 << 19, Total: 1 << 20})
		o.Progress(hosts.PullProgress{Layer: "layer", Status: "Pull complete", Current: 1 << 20, Total: 1 << 20})
	}
	return err
}

// published is an image of the registry, by tag or by digest. One that is
// pulled by digest brings no tag.
func (s *state) published(ref string) (hosts.Image, bool) {
	if image, ok := s.Registry[familiar(ref)]; ok {
		return image, true
	}
	for _, image := range sorted(s.Registry) {
		if slices.Contains(image.Digests, ref) {
			image.Tags = s.Images[image.ID].Tags
			return image, true
		}
	}
	return hosts.Image{}, false
}

// ImportImage makes an image of a tar, which it only reads.
func (e *Engine) ImportImage(ctx context.Context, ref string, files io.Reader) error {
	if _, err := io.Copy(io.Discard, files); err != nil {
		return err
	}
	return e.call(ctx, "ImportImage", ref, func(s *state) error {
		image := madeImage(ref)
		image.Digests = nil
		s.addImage(image)
		return nil
	})
}

// ResolveImage is the digest of a reference in the registry.
func (e *Engine) ResolveImage(ctx context.Context, ref string) (digest string, err error) {
	err = e.call(ctx, "ResolveImage", ref, func(s *state) error {
		image, ok := s.Registry[familiar(ref)]
		if !ok {
			return notFound("manifest unknown: %s", ref)
		}
		_, digest, _ = strings.Cut(image.Digests[0], "@")
		return nil
	})
	return digest, err
}

// TagImage gives an image of the host another reference.
func (e *Engine) TagImage(ctx context.Context, ref, to string) error {
	return e.call(ctx, "TagImage", to, func(s *state) error {
		image, err := s.image(ref)
		if err != nil {
			return err
		}
		if !slices.Contains(image.Tags, familiar(to)) {
			image.Tags = append(slices.Clone(image.Tags), familiar(to))
		}
		s.addImage(image)
		return nil
	})
}

// InspectImage returns an image of the host.
func (e *Engine) InspectImage(ctx context.Context, ref string) (hosts.Image, error) {
	var found hosts.Image
	err := e.call(ctx, "InspectImage", ref, func(s *state) (err error) {
		found, err = s.image(ref)
		return err
	})
	return found, err
}

// RemoveImage removes a tag, and the image with its last one.
func (e *Engine) RemoveImage(ctx context.Context, ref string, force bool) error {
	return e.call(ctx, "RemoveImage", ref, func(s *state) error {
		image, err := s.image(ref)
		if err != nil {
			return err
		}
		image.Tags = slices.DeleteFunc(slices.Clone(image.Tags), func(t string) bool { return t == familiar(ref) })
		if len(image.Tags) > 0 && !strings.HasPrefix(ref, "sha256:") {
			s.Images[image.ID] = image
			return nil
		}
		return s.removeImage(image, ref, force)
	})
}

// PruneImages removes images that no container is made from.
func (e *Engine) PruneImages(ctx context.Context) (hosts.Pruned, error) {
	var pruned hosts.Pruned
	err := e.call(ctx, "PruneImages", "", func(s *state) error {
		pruned = hosts.Pruned{}
		for id, image := range s.Images {
			if !slices.ContainsFunc(sorted(s.Containers), func(r *record) bool { return r.ImageID == id }) {
				pruned.Images += len(image.Tags)
				pruned.Bytes += image.Size
				delete(s.Images, id)
			}
		}
		return nil
	})
	return pruned, err
}

func (s *state) removeImage(image hosts.Image, ref string, force bool) error {
	for _, r := range sorted(s.Containers) {
		if r.ImageID == image.ID && (r.running() || !force) {
			return conflict("conflict: unable to remove repository reference %q (must force) - container %.12s is using its referenced image %.12s", ref, r.ID, image.ID)
		}
	}
	delete(s.Images, image.ID)
	return nil
}
