package project

import (
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// entry is the value of a mapping's key, which is added where it is missing and
// replaced where it is nothing.
func entry(mapping *yaml.Node, key string, fallback *yaml.Node) *yaml.Node {
	mapping = resolve(mapping)
	_, v := pair(mapping, key)
	if v == nil {
		mapping.Style &^= yaml.FlowStyle
		mapping.Content = append(mapping.Content, scalarNode(key), fallback)
		return fallback
	}
	if v.Kind == yaml.ScalarNode && v.ShortTag() == "!!null" {
		fallback.HeadComment, fallback.LineComment, fallback.FootComment = v.HeadComment, v.LineComment, v.FootComment
		*v = *fallback
	}
	return resolve(v)
}

// hostNode is how a host is written: its endpoint alone, or a mapping.
func hostNode(h hosts.Host) *yaml.Node {
	e := h.Endpoint
	if h.Name == "" && h.Address == "" && len(h.Labels) == 0 && e.TLS == nil && e.Context == "" {
		return scalarNode(e.URL)
	}
	n := mappingNode()
	add := func(key, value string) {
		if value != "" {
			entry(n, key, scalarNode(value))
		}
	}
	add("name", h.Name)
	add("context", e.Context)
	if e.Context == "" {
		add("endpoint", e.URL)
	}
	add("address", h.Address)
	if t := e.TLS; t != nil {
		entry(n, "tls", textNode(map[string]string{"ca": t.CA, "cert": t.Cert, "key": t.Key}, notEmpty))
	}
	if len(h.Labels) > 0 {
		entry(n, "labels", textNode(h.Labels, func(string) bool { return true }))
	}
	return n
}

func notEmpty(s string) bool { return s != "" }

// textNode is a mapping of the texts that are wanted, sorted by key.
func textNode(values map[string]string, wanted func(string) bool) *yaml.Node {
	n := mappingNode()
	n.Style = yaml.FlowStyle
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if wanted(values[key]) {
			n.Content = append(n.Content, scalarNode(key), scalarNode(values[key]))
		}
	}
	return n
}

func mappingNode() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

// scalarNode is text, with quotes where it needs them.
func scalarNode(text string) *yaml.Node {
	n := &yaml.Node{}
	n.SetString(text)
	return n
}
