package project

import (
	"reflect"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// maxAliases bounds how many aliases in a row are followed, because an anchor
// may contain itself.
const maxAliases = 16

// place is where a value was found.
type place struct {
	Position
	source source
	node   *yaml.Node
}

// into is how many columns an offset in a value's text is to the right of the
// place; 0 where the text doesn't stand there as it is.
func (p place) into(text string, offset int) int {
	if p.node == nil || p.node.Kind != yaml.ScalarNode || p.node.Value != text || offset > len(text) {
		return 0
	}
	columns := utf8.RuneCountInString(text[:offset])
	switch {
	case strings.Contains(text, "\n"):
		return 0
	case p.node.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		return 0
	case p.node.Style&yaml.DoubleQuotedStyle != 0 && !strings.ContainsAny(text, "\"\\"):
		return columns + 1
	case p.node.Style&yaml.SingleQuotedStyle != 0 && !strings.Contains(text, "'"):
		return columns + 1
	case p.node.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0:
		return 0
	}
	return columns
}

// find is the place of a path's value, or of its key: in the last file that
// holds it, as the last one wins. Of a path that no file holds whole, it is the
// place of the longest part that one does; found tells which.
func (s sources) find(p path, atKey bool) (best place, found bool) {
	best, depth := s.deepest(p, atKey)
	if depth < len(p) {
		if at, ok := s.findInherited(p, atKey); ok {
			return at, true
		}
	}
	return best, depth == len(p)
}

// deepest is the place of as much of a path as any file holds, and the number
// of its steps.
func (s sources) deepest(p path, atKey bool) (best place, depth int) {
	depth = -1
	for i := len(s) - 1; i >= 0; i-- {
		if node, d := walk(s[i].root, p, atKey); d > depth {
			depth = d
			best = place{Position{s[i].name, node.Line, node.Column}, s[i], node}
		}
	}
	return best, depth
}

// findInherited looks for what a service has from another one by extends.
func (s sources) findInherited(p path, atKey bool) (place, bool) {
	if len(p) < 3 || p[0].key != "services" {
		return place{}, false
	}
	for _, src := range s {
		services := child(src.root, "services")
		for i := 1; services != nil && i < len(services.Content); i += 2 {
			if node, depth := walk(services.Content[i], p[2:], atKey); depth == len(p)-2 {
				return place{Position{src.name, node.Line, node.Column}, src, node}, true
			}
		}
	}
	return place{}, false
}

// walk goes down a path as far as it leads, and returns the node there and the
// number of steps.
func walk(n *yaml.Node, p path, atKey bool) (at *yaml.Node, depth int) {
	at = n
	for i, s := range p {
		key, value := descend(n, s)
		if value == nil {
			return at, i
		}
		n, at = value, value
		if s.key != "" && (atKey || len(value.Content) > 0) {
			at = key
		}
	}
	return at, len(p)
}

// descend is the key and the value one step down. An element's key is itself.
func descend(n *yaml.Node, s step) (key, value *yaml.Node) {
	if s.key != "" {
		return pair(n, s.key)
	}
	e := elementOf(n, s)
	return e, e
}

func elementOf(n *yaml.Node, s step) *yaml.Node {
	list := elements(n)
	for _, e := range list {
		var v any
		if e.Decode(&v) == nil && reflect.DeepEqual(v, s.value) {
			return e
		}
	}
	if s.index < len(list) {
		return list[s.index]
	}
	return nil
}

// elements are those of a sequence, and none of anything else.
func elements(n *yaml.Node) []*yaml.Node {
	if n = resolve(n); n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// child is the value of a mapping's key, or nil.
func child(n *yaml.Node, name string) *yaml.Node {
	_, value := pair(n, name)
	return value
}

// pair is a mapping's key and value, from its merged mappings (<<) too.
func pair(n *yaml.Node, name string) (key, value *yaml.Node) {
	return pairOf(n, name, map[*yaml.Node]bool{})
}

func pairOf(n *yaml.Node, name string, seen map[*yaml.Node]bool) (key, value *yaml.Node) {
	n = resolve(n)
	if n == nil || n.Kind != yaml.MappingNode || seen[n] {
		return nil, nil
	}
	seen[n] = true
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i], n.Content[i+1]
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "<<" {
			continue
		}
		for _, merged := range append(elements(n.Content[i+1]), n.Content[i+1]) {
			if k, v := pairOf(merged, name, seen); v != nil {
				return k, v
			}
		}
	}
	return nil, nil
}

// resolve follows aliases.
func resolve(n *yaml.Node) *yaml.Node {
	for range maxAliases {
		if n == nil || n.Kind != yaml.AliasNode {
			return n
		}
		n = n.Alias
	}
	return nil
}
