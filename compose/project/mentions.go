package project

import (
	"context"
	"path/filepath"

	"go.yaml.in/yaml/v4"
)

// MentionsClocker tells whether the compose files, or files that they include or
// extend, have an x-clocker, and so may say which hosts there are. It costs a
// fraction of Load, as it looks at no values. Where only Load can tell, it is
// true: a file isn't there, isn't YAML, isn't on this machine, or has a name that
// depends on a variable.
func MentionsClocker(ctx context.Context, o Options) bool {
	dir, err := filepath.Abs(o.WorkingDir)
	if err != nil {
		return true
	}
	o.WorkingDir = dir
	o.Fetch, o.Stdin = nil, nil // what Load is to read can't be read before
	o.fetcher = newFetcher(o)
	in, err := findInput(ctx, o, environment(o))
	if err != nil {
		return true
	}
	r := newSourceReader(o.WorkingDir, in.details)
	if err := r.addAll(); err != nil || r.incomplete {
		return true
	}
	for _, s := range r.sources {
		if hasKey(s.root, extension) {
			return true
		}
	}
	return false
}

// hasKey tells whether any mapping below a node has a key. What an alias stands
// for is found where it is.
func hasKey(n *yaml.Node, key string) bool {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 && child.Value == key {
			return true
		}
		if hasKey(child, key) {
			return true
		}
	}
	return false
}
