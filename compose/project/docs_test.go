package project_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// examples are the blocks of YAML in a page.
func examples(t *testing.T, page string) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../../docs", page))
	assert.NilError(t, err)
	var blocks []string
	for i, part := range strings.Split(string(content), "```") {
		if yaml, ok := strings.CutPrefix(part, "yaml\n"); ok && i%2 == 1 {
			blocks = append(blocks, yaml)
		}
	}
	assert.Assert(t, len(blocks) > 0)
	return blocks
}

func TestExamplesOfTheDocumentationLoad(t *testing.T) {
	for _, example := range examples(t, "x-clocker.md") {
		p := loaded(t, project.Options{Strategies: catalog{}, Config: &project.Config{}}, example)
		assert.Assert(t, !reflect.DeepEqual(p.Clocker, project.Clocker{}))
	}
	for _, example := range examples(t, "config.md") {
		assert.Assert(t, config(t, example).Default != "")
	}
}
