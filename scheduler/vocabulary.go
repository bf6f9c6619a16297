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
	near := nearest(word, vocabulary(reflect.TypeFor[variables](), functions()))
	if near == "" {
		return fmt.Sprintf("there is no %q", word)
	}
	return fmt.Sprintf("there is no %q; did you mean %q?", word, near)
}

// nearest is the first of the valid words that is near to a wrong one, "" for none.
func nearest(word string, valid []string) string {
	if len(valid) == 0 {
		return ""
	}
	near := slices.MinFunc(valid, func(a, b string) int {
		return levenshtein.Distance(word, a, nil) - levenshtein.Distance(word, b, nil)
	})
	if levenshtein.Distance(word, near, nil) > 1+len(word)/3 {
		return ""
	}
	return near
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
