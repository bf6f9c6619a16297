package e2e

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

func TestEachDependencyIsExplained(t *testing.T) {
	page, err := os.ReadFile("../docs/dependencies.md")
	assert.NilError(t, err)
	for _, m := range directModules(t) {
		assert.Check(t, strings.Contains(string(page), "`"+m+"`"), "docs/dependencies.md does not say what %s is for", m)
	}
}

// directModules are the modules that some package of this one imports itself, for itself or for its tests.
func directModules(t *testing.T) []string {
	t.Helper()
	imports := goList(t, `{{join .Imports "\n"}}{{"\n"}}{{join .TestImports "\n"}}{{"\n"}}{{join .XTestImports "\n"}}`, "./...")
	foreign := slices.DeleteFunc(imports, func(path string) bool {
		return strings.HasPrefix(path, module) || !strings.Contains(path, ".")
	})
	return goList(t, `{{with .Module}}{{.Path}}{{end}}`, foreign...)
}

// goList returns the words that go list prints for the packages, each once, sorted.
func goList(t *testing.T, format string, packages ...string) []string {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", append([]string{"list", "-f", format}, packages...)...)
	list.Dir = ".."
	out, err := list.CombinedOutput()
	assert.NilError(t, err, "%s", out)
	words := strings.Fields(string(out))
	slices.Sort(words)
	return slices.Compact(words)
}
