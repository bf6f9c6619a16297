package project

import (
	"strings"

	"go.yaml.in/yaml/v4"
)

// WhereSource is the place, FILE:LINE:COLUMN, at which a service's attribute, a
// list, names a path of a host: "/srv:/data" or {source: /srv}. It is "" where no
// file does.
func (p *Project) WhereSource(service, attribute, source string) string {
	for i := len(p.sources) - 1; i >= 0; i-- {
		s := p.sources[i]
		list := child(child(child(s.root, "services"), service), attribute)
		for _, e := range elements(list) {
			if e = resolve(e); namesSource(e, source) {
				return Position{s.name, e.Line, e.Column}.String()
			}
		}
	}
	return ""
}

func namesSource(n *yaml.Node, source string) bool {
	if n != nil && n.Kind == yaml.ScalarNode {
		return n.Value == source || strings.HasPrefix(n.Value, source+":")
	}
	value := resolve(child(n, "source"))
	return value != nil && value.Value == source
}

// WhereConstraint is the place of one of a service's constraints of placement, by
// its index and its text.
func (p *Project) WhereConstraint(service string, index int, constraint string) Position {
	at := path{}.key("services").key(service).key("deploy").key("placement").key("constraints").element(index, constraint)
	place, _ := p.sources.find(at, false)
	return place.Position
}

// WhereProgram is the place at which a list of strategies of the compose files
// names a program; of several it is the first.
func (p *Project) WhereProgram(program string) Position {
	for _, s := range p.sources {
		if at := programNode(s.root, program); at != nil {
			return Position{s.name, at.Line, at.Column}
		}
	}
	return Position{}
}

// programNode finds the name of a program in a list of strategies, however deep.
func programNode(n *yaml.Node, program string) *yaml.Node {
	for _, e := range elements(child(n, "strategies")) {
		if named := resolve(child(resolve(e), "exec")); named != nil && named.Value == program {
			return named
		}
	}
	for _, inner := range n.Content {
		if at := programNode(inner, program); at != nil {
			return at
		}
	}
	return nil
}
