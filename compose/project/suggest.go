package project

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// mostValid is how many valid words an error may list.
const mostValid = 12

// suggest is "; did you mean …?" with the nearest of the valid words, or all of
// them where none is near. It follows a sentence that names the wrong word.
func suggest(word string, valid []string) string {
	if len(valid) == 0 {
		return ""
	}
	valid = slices.Sorted(slices.Values(valid))
	nearest := slices.MinFunc(valid, func(a, b string) int {
		return levenshtein.Distance(word, a, nil) - levenshtein.Distance(word, b, nil)
	})
	if levenshtein.Distance(word, nearest, nil) <= 1+len(word)/3 {
		return fmt.Sprintf("; did you mean %q?", nearest)
	}
	if len(valid) > mostValid {
		return ""
	}
	return fmt.Sprintf(" (valid: %s)", strings.Join(valid, ", "))
}

// list is words as a sentence has them: "a, b and c".
func list(words []string) string {
	out := ""
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			out += " and "
		default:
			out += ", "
		}
		out += w
	}
	return out
}
