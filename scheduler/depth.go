package scheduler

import (
	"maps"
	"slices"
)

// depths say in which order services are placed: one comes after those that it
// wants to be with. Services that want nobody have none. A circle is cut where
// it is met first.
type depths map[string]int

// depthsOf takes whom each service wants to be with.
func depthsOf(wants map[string][]target) depths {
	d := depths{}
	if !slices.ContainsFunc(slices.Collect(maps.Values(wants)), func(w []target) bool { return len(w) > 0 }) {
		return d
	}
	keys := slices.Sorted(maps.Keys(wants))
	onPath := map[string]bool{}
	var visit func(key string) int
	visit = func(key string) int {
		if depth, known := d[key]; known {
			return depth
		}
		onPath[key] = true
		depth := 0
		for _, aim := range wants[key] {
			for _, other := range keys {
				if !onPath[other] && aim.matches(other) {
					depth = max(depth, 1+visit(other))
				}
			}
		}
		delete(onPath, key)
		d[key] = depth
		return depth
	}
	for _, key := range keys {
		visit(key)
	}
	return d
}
