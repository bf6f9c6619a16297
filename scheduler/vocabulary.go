package scheduler

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// plainly says in a user's words what the compiler of expressions says: with
// the nearest word that there is, and without the names of Go's types.
func plainly(message string) string {
	word, unknown := strings.CutPrefix(message, "unknown name ")
	if before, field, ok := strings.Cut(message, " has no field "); ok && strings.HasPrefix(before, "type ") {
		word, unknown = field, true
	}
	if !unknown {
		return message
	}
	valid := vocabulary(reflect.TypeFor[variables](), functions())
	nearest := slices.MinFunc(valid, func(a, b string) int {
		return levenshtein.Distance(word, a, nil) - levenshtein.Distance(word, b, nil)
	})
	if levenshtein.Distance(word, nearest, nil) > 1+len(word)/3 {
		return fmt.Sprintf("there is no %q", word)
	}
	return fmt.Sprintf("there is no %q; did you mean %q?", word, nearest)
}

// vocabulary adds the names of variables and of what they have, sorted.
func vocabulary(of reflect.Type, words []string) []string {
	for i := range of.NumField() {
		f := of.Field(i)
		words = append(words, f.Tag.Get("expr"))
		if f.Type.Kind() == reflect.Struct {
			words = vocabulary(f.Type, words)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}
