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
