package fake

import (
	"context"
	"time"

	"github.com/distribution/reference"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// CommitContainer makes an image of a container, and returns its ID.
func (e *Engine) CommitContainer(ctx context.Context, name string, o hosts.CommitOptions) (id string, err error) {
	err = e.call(ctx, "CommitContainer", name, func(s *state) error {
		r, err := s.container(name)
		if err != nil {
			return err
		}
		image := hosts.Image{ID: "sha256:" + s.newID("image"), Labels: r.Spec.Config.Labels, Size: 1 << 20, Created: time.Now().UTC()}
		if o.Reference != "" {
			if _, err := reference.ParseNormalizedNamed(o.Reference); err != nil {
				return err
			}
			image.Tags = []string{familiar(o.Reference)}
		}
		s.addImage(image)
		id = image.ID
		return nil
	})
	return id, err
}

// PushImage puts an image of the host into the registry that it pulls from.
func (e *Engine) PushImage(ctx context.Context, ref string, progress func(hosts.PullProgress)) error {
	err := e.call(ctx, "PushImage", ref, func(s *state) error {
		image, err := s.image(ref)
		if err != nil {
			return notFound("An image does not exist locally with the tag: %s", ref)
		}
		published := madeImage(ref)
		published.ID = image.ID
		s.Registry[familiar(ref)] = published
		return nil
	})
	if err == nil && progress != nil {
		progress(hosts.PullProgress{Layer: "layer", Status: "Pushing", Current: 1 << 19, Total: 1 << 20})
		progress(hosts.PullProgress{Layer: "layer", Status: "Pushed"})
	}
	return err
}
