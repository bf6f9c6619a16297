package scheduler

import (
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// TestEveryRuleIsDocumented wants a heading in docs/placement.md for each rule.
func TestEveryRuleIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../docs/placement.md")
	assert.NilError(t, err)
	names := NewCatalog().Names()
	for _, f := range []Filter{
		location{}, pins{}, ready{}, platform{}, constraints{}, maxPerHost{}, hostPorts{}, reservations{}, devices{}, &neighbours{},
	} {
		names = append(names, f.Name())
	}
	for _, name := range names {
		assert.Assert(t, strings.Contains(string(page), "\n### "+name+"\n"), "no heading for %s", name)
	}
}

// TestTheSampleProgramIsTheOneThatIsTested: docs/examples has it as a file, which
// the command's tests run.
func TestTheSampleProgramIsTheOneThatIsTested(t *testing.T) {
	page, err := os.ReadFile("../docs/placement.md")
	assert.NilError(t, err)
	sample, err := os.ReadFile("../docs/examples/cheapest.sh")
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(string(page), "```sh\n"+string(sample)+"```\n"))
}
