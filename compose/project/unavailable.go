package project

import (
	"fmt"
)

// unavailableKeys are the keys that are part of x-clocker and do nothing in
// this version. They are decoded like the others, and refused after that, so
// that nobody waits for an effect.
func unavailableKeys() []string {
	return []string{
		"provider", "template", "min", "max", "headroom", "remove-empty", // of a location
	}
}

// refuseUnavailable reports the keys of one mapping that do nothing yet.
func (d *decoder) refuseUnavailable(at path, v any) {
	fields, _ := v.(map[string]any)
	for _, key := range unavailableKeys() {
		value, ok := fields[key]
		if !ok {
			continue
		}
		what := key
		if text, isText := value.(string); isText {
			what = fmt.Sprintf("%s %q", key, text)
		}
		d.keyProblem(at.key(key), "%s isn't available in this version", what)
	}
}
