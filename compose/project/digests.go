package project

import (
	"fmt"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/types"
	"github.com/distribution/reference"
	"github.com/opencontainers/go-digest"
)

// Resolve is the digest ("sha256:…") that an image reference has in its registry.
type Resolve func(ref string) (digest string, err error)

// WithDigests is the project with every image that it names pinned to its
// digest: those of services, of their pre_start hooks, and those that are
// mounted. One that wasn't interpolated is changed itself.
func (p *Project) WithDigests(resolve Resolve) (*Project, error) {
	pinned := *p
	if p.model != nil {
		known := map[string]string{}
		return &pinned, eachImage(p.model, func(fields map[string]any, key string) (err error) {
			ref, _ := fields[key].(string)
			if known[ref] == "" {
				known[ref], err = pin(ref, resolve)
			}
			if known[ref] != "" {
				fields[key] = known[ref]
			}
			return err
		})
	}
	resolved, err := p.WithImagesResolved(resolve.named)
	pinned.Project = resolved
	return &pinned, err
}

// named makes it what compose-go calls.
func (r Resolve) named(ref reference.Named) (digest.Digest, error) {
	found, err := r(ref.String())
	if err != nil {
		return "", fmt.Errorf("failed to resolve digest for %s: %w", ref, err)
	}
	return digest.Digest(found), nil
}

// pin adds a reference's digest to it; "" stays.
func pin(ref string, resolve Resolve) (string, error) {
	const name = "image"
	one := &types.Project{Services: types.Services{name: {Name: name, ContainerSpec: types.ContainerSpec{Image: ref}}}}
	one, err := one.WithImagesResolved(resolve.named)
	if err != nil {
		return "", err
	}
	return one.Services[name].Image, nil
}

// eachImage calls visit for each field of a model that names an image, in the
// order of services.
func eachImage(model map[string]any, visit func(fields map[string]any, key string) error) error {
	services, _ := model["services"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(services)) {
		service, _ := services[name].(map[string]any)
		if err := visit(service, "image"); err != nil {
			return err
		}
		for _, hook := range objects(service["pre_start"]) {
			if err := visit(hook, "image"); err != nil {
				return err
			}
		}
		for _, volume := range imageMounts(service) {
			if err := visit(volume, "source"); err != nil {
				return err
			}
		}
	}
	return nil
}

func imageMounts(service map[string]any) []map[string]any {
	return slices.DeleteFunc(objects(service["volumes"]), func(v map[string]any) bool { return v["type"] != types.VolumeTypeImage })
}

// objects are the members of a list that are objects.
func objects(list any) []map[string]any {
	members, _ := list.([]any)
	var found []map[string]any
	for _, m := range members {
		if object, ok := m.(map[string]any); ok {
			found = append(found, object)
		}
	}
	return found
}

// ImagesAlone is a project that says nothing but the images of services and
// those that they mount: an override that locks another file. Unlocked are the
// services that have hooks with images of their own, which no override can say.
func (p *Project) ImagesAlone() (alone *Project, unlocked []string) {
	alone = &Project{Project: &types.Project{Services: types.Services{}}}
	if p.model != nil {
		return &Project{model: modelImages(p.model)}, hookedImages(p.model)
	}
	for name, s := range p.Services {
		image := types.ServiceConfig{ContainerSpec: types.ContainerSpec{Image: s.Image}}
		for _, v := range s.Volumes {
			if v.Type == types.VolumeTypeImage {
				image.Volumes = append(image.Volumes, v)
			}
		}
		alone.Services[name] = image
		if slices.ContainsFunc(s.PreStart, func(h types.PreStartHook) bool { return h.Image != "" }) {
			unlocked = append(unlocked, name)
		}
	}
	slices.Sort(unlocked)
	return alone, unlocked
}

func modelImages(model map[string]any) map[string]any {
	services, _ := model["services"].(map[string]any)
	kept := map[string]any{}
	for name, s := range services {
		service, _ := s.(map[string]any)
		only := map[string]any{}
		if image, ok := service["image"]; ok {
			only["image"] = image
		}
		if mounts := imageMounts(service); len(mounts) > 0 {
			only["volumes"] = mounts
		}
		kept[name] = only
	}
	return map[string]any{"services": kept}
}

func hookedImages(model map[string]any) []string {
	var found []string
	services, _ := model["services"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(services)) {
		service, _ := services[name].(map[string]any)
		if slices.ContainsFunc(objects(service["pre_start"]), func(h map[string]any) bool { return h["image"] != nil }) {
			found = append(found, name)
		}
	}
	return found
}
