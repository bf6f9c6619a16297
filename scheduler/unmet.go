package scheduler

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Unmet finds the first of a service's constraints that can't be read, or that no
// host of the pool meets, and says so in a clause with the nearest word that would
// do. The clause is "" where some host meets each of them.
func Unmet(constraints []string, pool []Candidate) (at int, why string) {
	for i, text := range constraints {
		c, err := ParseConstraint(text)
		if err != nil {
			return i, err.Error()
		}
		if !slices.ContainsFunc(pool, func(h Candidate) bool { return c.Met(&h.Host) }) {
			return i, "no host meets " + c.String() + c.instead(pool)
		}
	}
	return 0, ""
}

// instead is what else the constraint may have been meant to say: the label that
// hosts have, or the value.
func (c Constraint) instead(pool []Candidate) string {
	if !c.Equal {
		return ", as all have it"
	}
	if name, ok := strings.CutPrefix(c.Key, "node.labels."); ok {
		return c.label(name, pool, func(h *hosts.Host) map[string]string { return h.Labels })
	}
	if name, ok := strings.CutPrefix(c.Key, "engine.labels."); ok {
		return c.label(name, pool, func(h *hosts.Host) map[string]string { return h.EngineLabels })
	}
	return meant(c.Value, each(pool, func(h *hosts.Host) []string {
		if c.Key == "node.hostname" {
			return []string{h.Hostname, h.Name}
		}
		return []string{c.attribute(h)}
	}))
}

func (c Constraint) label(name string, pool []Candidate, of func(*hosts.Host) map[string]string) string {
	names := each(pool, func(h *hosts.Host) []string { return slices.Collect(maps.Keys(of(h))) })
	if !slices.Contains(names, name) {
		return fmt.Sprintf(", as none has a label %q", name) + meant(name, names)
	}
	return meant(c.Value, each(pool, func(h *hosts.Host) []string { return []string{of(h)[name]} }))
}

// each are the words that the hosts have, each once, without empty ones.
func each(pool []Candidate, words func(*hosts.Host) []string) []string {
	var all []string
	for i := range pool {
		all = append(all, words(&pool[i].Host)...)
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(w string) bool { return w == "" })
}

// mostMeant is how many words a sentence may list.
const mostMeant = 12

// meant is "; did you mean …?" with the word that is near, or all there are.
func meant(word string, valid []string) string {
	if near := nearest(word, valid); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	if len(valid) == 0 || len(valid) > mostMeant {
		return ""
	}
	return " (hosts have: " + strings.Join(valid, ", ") + ")"
}
