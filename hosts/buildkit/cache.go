package buildkit

import (
	"encoding/csv"
	"fmt"
	"strings"

	"github.com/moby/buildkit/client"
)

// cacheEntries read cache_from and cache_to: a reference, or KEY=VALUE,… that
// has a type. A reference alone is of the default type.
func cacheEntries(words []string, defaultType string) ([]client.CacheOptionsEntry, error) {
	var all []client.CacheOptionsEntry
	for _, word := range words {
		e, err := cacheEntry(word, defaultType)
		if err != nil {
			return nil, fmt.Errorf("parse cache %q: %w", word, err)
		}
		all = append(all, e)
	}
	return all, nil
}

func cacheEntry(word, defaultType string) (client.CacheOptionsEntry, error) {
	e := client.CacheOptionsEntry{Type: defaultType, Attrs: map[string]string{}}
	fields, err := csv.NewReader(strings.NewReader(word)).Read()
	if err != nil {
		return e, err
	}
	if len(fields) == 1 && !strings.Contains(word, "=") {
		e.Attrs["ref"] = word
		return e, nil
	}
	e.Type = ""
	for _, field := range fields {
		key, value, found := strings.Cut(field, "=")
		switch key = strings.ToLower(strings.TrimSpace(key)); {
		case !found:
			return e, fmt.Errorf("%q isn't KEY=VALUE", field)
		case key == "type":
			e.Type = value
		default:
			e.Attrs[key] = value
		}
	}
	if e.Type == "" {
		return e, fmt.Errorf("it has no type; write type=registry,… or a reference alone")
	}
	return e, nil
}
