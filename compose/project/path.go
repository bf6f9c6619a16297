package project

import (
	"fmt"
	"strings"
)

// extension is the key of our part of a compose file.
const extension = "x-clocker"

// path is where a value stands in a document.
type path []step

// step is a key of a mapping, or an element of a sequence.
type step struct {
	key string
	// index of the element where key is "". Merged sequences may hold it
	// elsewhere than a file does, so that value is what to look for.
	index int
	value any
}

func (p path) key(name string) path {
	return append(append(path(nil), p...), step{key: name})
}

func (p path) element(i int, value any) path {
	return append(append(path(nil), p...), step{index: i, value: value})
}

// String is how messages call the place: from x-clocker on where it is below
// one, such as "x-clocker.locations.eu.hosts[1]".
func (p path) String() string {
	var b strings.Builder
	for _, s := range p {
		switch {
		case s.key == extension:
			b.Reset()
			b.WriteString(s.key)
		case s.key == "":
			fmt.Fprintf(&b, "[%d]", s.index)
		case b.Len() == 0:
			b.WriteString(s.key)
		default:
			b.WriteString("." + s.key)
		}
	}
	return b.String()
}
