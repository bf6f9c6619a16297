package plan

import (
	"cmp"
	"maps"
	"slices"
)

// sortedKeys makes the order of a map's entries the same in every plan.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// sortedPairs does so for keys of two words.
func sortedPairs[V any](m map[[2]string]V) [][2]string {
	pairs := make([][2]string, 0, len(m))
	for p := range m {
		pairs = append(pairs, p)
	}
	slices.SortFunc(pairs, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return pairs
}
