package cloudtest

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"gotest.tools/v3/assert"
)

// Listed are the words that a provider's page in docs has of a pattern, each
// once, sorted. Tests of a provider run in its own folder.
func Listed(t *testing.T, page, pattern string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "providers", page))
	assert.NilError(t, err)
	words := map[string]bool{}
	for _, word := range regexp.MustCompile(pattern).FindAllString(string(text), -1) {
		words[word] = true
	}
	return slices.Sorted(maps.Keys(words))
}
