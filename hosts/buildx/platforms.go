package buildx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// nodeFor is the node of a builder that builds for platforms: the first that
// names them all, else the first that names none, for that may build any; for no
// platform in particular, the first.
func (r record) nodeFor(platforms []string) (node, error) {
	if len(r.Nodes) == 0 {
		return node{}, fmt.Errorf("builder %s has no nodes", r.Name)
	}
	if len(platforms) == 0 || len(r.Nodes) == 1 {
		return r.Nodes[0], nil
	}
	for _, fits := range []func(node) bool{
		func(n node) bool { return n.namesAll(platforms) },
		func(n node) bool { return len(n.Platforms) == 0 },
	} {
		if i := slices.IndexFunc(r.Nodes, fits); i >= 0 {
			return r.Nodes[i], nil
		}
	}
	return node{}, fmt.Errorf("builder %s: none of its %d nodes is for %s; an image of several platforms is built by one node, not by several: build for one platform at a time",
		r.Name, len(r.Nodes), strings.Join(platforms, " and "))
}

func (n node) namesAll(platforms []string) bool {
	for _, wanted := range platforms {
		if !n.names(hosts.ParsePlatform(wanted)) {
			return false
		}
	}
	return true
}

func (n node) names(wanted hosts.Platform) bool {
	for _, p := range n.Platforms {
		if p.OS == wanted.OS && p.Architecture == wanted.Arch && (wanted.Variant == "" || p.Variant == "" || p.Variant == wanted.Variant) {
			return true
		}
	}
	return false
}
