package docker

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/moby/moby/api/types/image"
	"github.com/moby/moby/client"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// InspectImage returns an image by reference or ID.
func (e *Engine) InspectImage(ctx context.Context, ref string) (hosts.Image, error) {
	var found hosts.Image
	err := e.short(ctx, "inspect image "+ref, func(ctx context.Context) error {
		answer, err := e.api.ImageInspect(ctx, ref)
		if err == nil {
			found = inspectedImage(answer.InspectResponse)
		}
		return err
	})
	return found, err
}

// ContainerImage returns the image that a listed container was made from, of
// the container's platform where the engine has it for several.
func (e *Engine) ContainerImage(ctx context.Context, c hosts.Container) (hosts.Image, error) {
	var found hosts.Image
	err := e.short(ctx, "inspect image "+c.Image, func(ctx context.Context) error {
		answer, err := e.api.ImageInspect(ctx, c.Image)
		if err != nil {
			return err
		}
		id := answer.ID
		if c.Platform != (hosts.Platform{}) && !e.before("1.49") {
			platform := &ocispec.Platform{OS: c.Platform.OS, Architecture: c.Platform.Arch, Variant: c.Platform.Variant}
			if answer, err = e.api.ImageInspect(ctx, c.Image, client.ImageInspectWithPlatform(platform)); err != nil {
				return err
			}
		}
		found = inspectedImage(answer.InspectResponse)
		found.ID = id // that of one platform can't be joined with a tag
		return nil
	})
	return found, err
}

// RemoveImage removes a reference, and the image with its last one.
func (e *Engine) RemoveImage(ctx context.Context, ref string, force bool) error {
	return e.short(ctx, "remove image "+ref, func(ctx context.Context) error {
		_, err := e.api.ImageRemove(ctx, ref, client.ImageRemoveOptions{Force: force, PruneChildren: true})
		return err
	})
}

// TagImage gives an image of the host another reference.
func (e *Engine) TagImage(ctx context.Context, image, ref string) error {
	return e.short(ctx, "tag image "+ref, func(ctx context.Context) error {
		_, err := e.api.ImageTag(ctx, client.ImageTagOptions{Source: image, Target: ref})
		return err
	})
}

// ResolveImage is the digest ("sha256:…") that a reference has in its registry
// now, which the engine asks with the user's login.
func (e *Engine) ResolveImage(ctx context.Context, ref string) (digest string, err error) {
	err = e.short(ctx, "resolve image "+ref, func(ctx context.Context) error {
		return e.withRegistry(ctx, ref, func(auth string) error {
			answer, err := e.api.DistributionInspect(ctx, ref, client.DistributionInspectOptions{EncodedRegistryAuth: auth})
			digest = answer.Descriptor.Digest.String()
			return err
		})
	})
	return digest, err
}

func inspectedImage(i image.InspectResponse) hosts.Image {
	found := hosts.Image{
		ID: i.ID, Tags: references(i.RepoTags), Digests: references(i.RepoDigests),
		Size: i.Size, Created: parseTime(i.Created), Tagged: i.Metadata.LastTagTime,
		Platform: hosts.Platform{OS: i.Os, Arch: i.Architecture, Variant: i.Variant},
	}
	if i.Config != nil {
		found.Labels = i.Config.Labels
		found.Volumes = slices.Sorted(maps.Keys(i.Config.Volumes))
	}
	found.Layers = i.RootFS.Layers
	return found
}

func images(list []image.Summary) []hosts.Image {
	all := make([]hosts.Image, len(list))
	for i, s := range list {
		all[i] = hosts.Image{
			ID: s.ID, Tags: references(s.RepoTags), Digests: references(s.RepoDigests),
			Labels: s.Labels, Size: s.Size, Created: time.Unix(s.Created, 0).UTC(),
		}
	}
	slices.SortFunc(all, func(a, b hosts.Image) int {
		return cmp.Or(slices.Compare(a.Tags, b.Tags), strings.Compare(a.ID, b.ID))
	})
	return all
}

// references are sorted, without what engines before API 1.43 write for none:
// "<none>:<none>".
func references(list []string) []string {
	var all []string
	for _, r := range list {
		if !strings.HasPrefix(r, "<none>") {
			all = append(all, r)
		}
	}
	slices.Sort(all)
	return all
}
