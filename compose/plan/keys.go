package plan

import (
	"cmp"
	"maps"
	"slices"
)

// sortedKeys makes the order of a map's entries the same in every plan.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
