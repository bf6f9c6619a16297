package tree

import (
	"maps"
	"slices"
)

// Changes are what turns one tree into another.
type Changes struct {
	// Sent are the entries that are new or differ, folders before what they hold.
	Sent []Entry
	// Removed are paths that are no more; of a folder that went, its own only.
	Removed []string
}

// Since tells what changed since an earlier tree; nil is nothing at all.
func (t *Tree) Since(before *Tree) Changes {
	known := map[string]Entry{}
	if before != nil {
		for _, e := range before.Entries {
			known[e.Path] = e
		}
	}
	var c Changes
	here := map[string]bool{}
	for _, e := range t.Entries {
		here[e.Path] = true
		was, found := known[e.Path]
		was.Size = e.Size // which a digest of the content stands for
		if !found || was != e {
			c.Sent = append(c.Sent, e)
		}
	}
	if before != nil {
		c.Removed = gone(before.Entries, here)
	}
	return c
}

// gone leaves out what is inside of a folder that went as a whole.
func gone(before []Entry, here map[string]bool) []string {
	var removed []string
	last := ""
	for _, e := range before {
		if here[e.Path] || last != "" && inFolder(last, e.Path) {
			continue
		}
		removed, last = append(removed, e.Path), e.Path
	}
	return removed
}

func inFolder(folder, path string) bool {
	return len(path) > len(folder) && path[:len(folder)] == folder && path[len(folder)] == '/'
}

// Size is how many bytes of content are to be sent.
func (c Changes) Size() (size int64) {
	for _, e := range c.Sent {
		size += e.Size
	}
	return size
}

// Paths is a tree of which nothing is known but what may be in it: everything
// in any of the others. Each entry of a real tree differs from its own.
func Paths(trees ...*Tree) *Tree {
	known := map[string]bool{}
	for _, t := range trees {
		for _, e := range t.Entries {
			known[e.Path] = true
		}
	}
	all := &Tree{}
	for _, path := range slices.Sorted(maps.Keys(known)) {
		all.Entries = append(all.Entries, Entry{Path: path})
	}
	return all
}
