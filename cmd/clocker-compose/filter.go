package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// filters are what --filter asks for, by key.
type filters map[string][]string

// parseFilters reads words KEY=VALUE, as Docker does: spaces around them and the
// case of keys don't matter. The error of an unknown key names the keys that there
// are, unless there is only one.
func parseFilters(words []string, keys ...string) (filters, error) {
	f := filters{}
	for _, word := range words {
		key, value, found := strings.Cut(word, "=")
		switch key = strings.ToLower(strings.TrimSpace(key)); {
		case !found:
			return nil, fmt.Errorf("invalid argument %q for --filter: bad format of filter (expected name=value)", word)
		case slices.Contains(keys, key):
			f[key] = append(f[key], strings.TrimSpace(value))
		case len(keys) > 1:
			return nil, fmt.Errorf("invalid filter '%s': use %s", key, strings.Join(keys, ", "))
		default:
			return nil, fmt.Errorf("invalid filter '%s'", key)
		}
	}
	return f, nil
}

// keep tells whether one of a key's values holds; a key without values keeps all.
func (f filters) keep(key string, holds func(value string) bool) bool {
	return len(f[key]) == 0 || slices.ContainsFunc(f[key], holds)
}

// keepNamed is keep for the key name, whose values are names, or regular
// expressions that match a part of one.
func (f filters) keepNamed(name string) bool {
	return f.keep("name", func(value string) bool {
		matched, err := regexp.MatchString(value, name)
		return value == name || err == nil && matched
	})
}
