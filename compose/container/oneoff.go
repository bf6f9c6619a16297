package container

import (
	"cmp"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Oneoff is what tells a container of `run` from a replica of its service.
type Oneoff struct {
	// Slug is 64 hexadecimal digits that no other container has.
	Slug string
	// Name is what the user calls it; "" is PROJECT-SERVICE-run-SLUG.
	Name string
	// Aliases lets others find it by the names of the service, too.
	Aliases bool
	// Remove has the engine remove it, with its anonymous volumes, when it ends.
	Remove bool
	// Stdin joins its input to whoever attaches first, and ends with them.
	Stdin bool
}

// slugInName is how many digits of the slug stand in the name.
const slugInName = 12

// OneoffName is the name of a container of `run`.
func OneoffName(p *project.Project, service string, o Oneoff) string {
	return cmp.Or(o.Name, join(p, p.Name, service, "run", o.Slug[:min(len(o.Slug), slugInName)]))
}

// label puts the slug in the place of the replica's number.
func (o Oneoff) label(labels map[string]string) {
	delete(labels, hosts.LabelContainerNumber)
	labels[hosts.LabelOneoff] = "True"
	labels[hosts.LabelSlug] = o.Slug
}

// shared tells whether others find the container by the names of its service.
func (r *replica) shared() bool { return r.target.Oneoff == nil || r.target.Oneoff.Aliases }
