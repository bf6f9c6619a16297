package e2e

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
	"gotest.tools/v3/assert"
)

// comparisons is where the archives of TestCompare are, and their records.
const comparisons = "testdata/compare"

// scenario is one archive: cases that follow each other in one project, and
// the files that they need.
type scenario struct {
	name  string
	cases []behaviour
	files []txtar.File
}

// behaviour is one case: the lines that show it.
type behaviour struct {
	name string
	// differs is why it is another behaviour than Docker Compose's on purpose, or "".
	differs string
	lines   []string
}

func scenarios(t *testing.T) []scenario {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(comparisons, "*.txtar"))
	assert.NilError(t, err)
	var all []scenario
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		assert.NilError(t, err)
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		all = append(all, scenario{name: name, cases: parseCases(t, name, string(archive.Comment)), files: archive.Files})
	}
	return all
}

func parseCases(t *testing.T, archive, text string) []behaviour {
	t.Helper()
	var cases []behaviour
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if name, begins := strings.CutPrefix(line, "== "); begins {
			cases = append(cases, behaviour{name: name})
			continue
		}
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		assert.Assert(t, len(cases) > 0, "%s: %q stands before the first case", archive, line)
		last := &cases[len(cases)-1]
		if why, differs := strings.CutPrefix(line, "differs: "); differs {
			last.differs = why
			continue
		}
		last.lines = append(last.lines, line)
	}
	return cases
}

// What is another behaviour than Docker Compose's on purpose is told to users.
func TestDeliberateDifferencesAreDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/compatibility.md")
	assert.NilError(t, err)
	told := strings.Join(strings.Fields(string(page)), " ")
	for _, s := range scenarios(t) {
		for _, c := range s.cases {
			assert.Check(t, strings.Contains(told, c.differs), "docs/compatibility.md doesn't say %q, which %s/%s shows", c.differs, s.name, c.name)
		}
	}
}

func TestEachComparedCaseHasAName(t *testing.T) {
	var names []string
	for _, s := range scenarios(t) {
		for _, c := range s.cases {
			assert.Check(t, len(c.lines) > 0, "%s/%s does nothing", s.name, c.name)
			names = append(names, s.name+"/"+c.name)
		}
	}
	slices.Sort(names)
	assert.Equal(t, len(slices.Compact(slices.Clone(names))), len(names), "a name stands twice in %v", names)
}
