package compose

import (
	"context"
	"maps"
	"slices"

	"github.com/clocker-compose/clocker-compose/compose/execute"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/compose/remote"
)

// PublishOptions say what Publish publishes, and where.
type PublishOptions struct {
	remote.PublishOptions
	// Reference is a repository of a registry, with a tag or without.
	Reference  string
	Registries remote.Registries
	// App copies the images of all services into the repository, too.
	App bool
	// Digests pins images to what their registries have now.
	Digests bool
	// Dry tells what would be published, and publishes nothing.
	Dry bool
}

// pinsFile is what pins images, as Docker Compose calls it.
const pinsFile = "image-digests.yaml"

// Publish pushes the images of services that are built, and then the project's
// publication as an artifact from which others can run it.
func Publish(ctx context.Context, env *Env, p *project.Project, publication project.Publication, o PublishOptions) error {
	ref, err := remote.ParseReference(o.Reference)
	if err != nil {
		return err
	}
	if err := Push(ctx, env, p, PushOptions{IgnoreFailures: true, Dry: o.Dry}); err != nil {
		return err
	}
	files := published(publication)
	if o.App || o.Digests {
		pins, err := pins(ctx, env, p)
		if err != nil {
			return err
		}
		files = append(files, remote.File{Name: pinsFile, Content: pins})
	}
	if o.App {
		o.Images = images(p)
	}
	return env.doing(execute.Event{ID: o.Reference}, "publishing", "published", func() error {
		if o.Dry {
			return nil
		}
		return o.Registries.Publish(ctx, ref, files, o.PublishOptions)
	})
}

// published are the publication's files, as a registry gets them: those that
// others need after those that need them.
func published(publication project.Publication) []remote.File {
	var files []remote.File
	for _, f := range publication.Files {
		kind := remote.ComposeFile
		switch {
		case f.Env:
			kind = remote.EnvFile
		case f.Extended:
			kind = remote.ExtendedFile
		}
		files = append(files, remote.File{Name: f.Name, Kind: kind, Content: f.Content})
	}
	return files
}

// pins is a compose file that pins the images of services.
func pins(ctx context.Context, env *Env, p *project.Project) ([]byte, error) {
	pinned, err := PinImages(ctx, env, p)
	if err != nil {
		return nil, err
	}
	alone, _ := pinned.ImagesAlone()
	return project.Render(alone, "yaml")
}

func images(p *project.Project) []string {
	all := map[string]bool{}
	for _, s := range p.Services {
		if s.Image != "" {
			all[s.Image] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
