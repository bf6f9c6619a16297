package project

import (
	"errors"
	"maps"
	"slices"

	"github.com/compose-spec/compose-go/v2/template"
	"github.com/compose-spec/compose-go/v2/types"
)

// What `config` lists. Names of volumes and networks are p.VolumeNames and
// p.NetworkNames, the environment is p.Environment.Values.

// ServicesInOrder are the names of the services, each after those that it
// depends on, otherwise by name.
func (p *Project) ServicesInOrder() []string {
	if p.model != nil {
		declared, _ := p.model["services"].(map[string]any)
		return slices.Sorted(maps.Keys(declared))
	}
	o := ordering{services: p.Services, seen: map[string]bool{}}
	for _, name := range p.ServiceNames() {
		o.visit(name)
	}
	return o.order
}

// ordering walks services depth first.
type ordering struct {
	services types.Services
	seen     map[string]bool
	order    []string
}

func (o *ordering) visit(name string) {
	s, ok := o.services[name]
	if !ok || o.seen[name] {
		return
	}
	o.seen[name] = true
	for _, dependency := range slices.Sorted(slices.Values(s.GetDependencies())) {
		o.visit(dependency)
	}
	o.order = append(o.order, name)
}

// ProfileNames are all profiles that services name, disabled ones included, sorted.
func (p *Project) ProfileNames() []string {
	var all []string
	for _, s := range p.AllServices() {
		all = append(all, s.Profiles...)
	}
	return distinct(all)
}

// Images are the references that the services and then the jobs run, each kind
// in order of names.
func (p *Project) Images() []string {
	var images []string
	for _, name := range p.ServiceNames() {
		s := p.Services[name]
		image := p.Image(name)
		images = append(images, image)
		for _, hook := range s.PreStart {
			if hook.Image != "" && hook.Image != image {
				images = append(images, hook.Image)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.Jobs)) {
		images = append(images, p.imageOr(p.Jobs[name].Image, name))
	}
	return images
}

// Image is the reference that a service runs: PROJECT-SERVICE where it is built
// and the files don't name the image.
func (p *Project) Image(service string) string {
	return p.imageOr(p.Services[service].Image, service)
}

func (p *Project) imageOr(image, name string) string {
	if image != "" {
		return image
	}
	return p.Name + p.Separator + name
}

// Hashes are lines "SERVICE HASH" of the services, sorted; no names is all.
func (p *Project) Hashes(services []string) ([]string, error) {
	if len(services) == 0 {
		services = p.ServiceNames()
	}
	var lines []string
	for _, name := range distinct(slices.Clone(services)) {
		hash, err := p.ServiceHash(name)
		if err != nil {
			return nil, err
		}
		lines = append(lines, name+" "+hash)
	}
	return lines, nil
}

// Variables are those that the files interpolate, by name. The project must
// have been loaded with NoInterpolate.
func (p *Project) Variables() (map[string]template.Variable, error) {
	if p.model == nil {
		return nil, errors.New("list variables: the project is interpolated already")
	}
	return template.ExtractVariables(p.model, template.DefaultPattern), nil
}
