package container

import (
	"strconv"
	"strings"
)

// links are CONTAINER:ALIAS for the engine's own DNS server: each container of
// a linked service under the alias, and under the two names that Compose has
// given it since its first version.
func (r *replica) links() []string {
	var links []string
	number := strconv.Itoa(r.number)
	for _, text := range r.Links {
		service, alias := link(text)
		for _, name := range r.linked(service) {
			links = append(links,
				name+":"+alias,
				name+":"+join(r.project, service, number),
				name+":"+join(r.project, r.project.Name, service, number))
		}
	}
	for _, text := range r.ExternalLinks {
		name, alias := link(text)
		links = append(links, name+":"+alias)
	}
	return links
}

// engineLinks are the links of the container itself, as the default bridge
// wants them; the fabric has its own way.
func (r *replica) engineLinks() []string {
	if keys := r.networkKeys(); len(keys) > 0 {
		if _, ok := r.target.Fabric[keys[0]]; ok {
			return nil
		}
	}
	return r.links()
}

// linked are the containers of a service. Of several hosts only the target
// knows which are on the same one, and an engine can link no others.
func (r *replica) linked(service string) []string {
	if names, known := r.target.Linked[service]; known || r.target.several() {
		return names
	}
	var names []string
	other := r.project.Services[service]
	for number := 1; number <= other.GetScale(); number++ {
		names = append(names, Name(r.project, service, number))
	}
	return names
}

func link(text string) (target, alias string) {
	target, alias, ok := strings.Cut(text, ":")
	if !ok {
		alias = target
	}
	return target, alias
}
