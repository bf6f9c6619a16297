package container

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// Name is the name of a replica: its container_name, or PROJECT-SERVICE-NUMBER.
func Name(p *project.Project, service string, number int) string {
	if own := p.Services[service].ContainerName; own != "" {
		return own
	}
	return join(p, p.Name, service, strconv.Itoa(number))
}

// Image is the reference that a service's containers are created from: its
// image, or the name that a build of it has.
func Image(p *project.Project, service string) string {
	s, known := p.Services[service]
	if !known {
		s.Name = service
	}
	return ImageOf(p, s)
}

// ImageOf is the same of a service that may be disabled.
func ImageOf(p *project.Project, s types.ServiceConfig) string {
	if s.Image != "" {
		return s.Image
	}
	return join(p, p.Name, s.Name)
}

func join(p *project.Project, parts ...string) string {
	return strings.Join(parts, cmp.Or(p.Separator, "-"))
}
