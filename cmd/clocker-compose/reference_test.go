package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/usage"
)

// testSession is a session that acts on nothing.
func testSession() *session {
	return newSession(process{}, wiring{}, programName)
}

// TestReference holds docs/commands.md to the code; -update writes it.
func TestReference(t *testing.T) {
	path, err := filepath.Abs("../../docs/commands.md")
	assert.NilError(t, err)
	golden.Assert(t, usage.Markdown(programName, newApp(testSession()), environmentVariables()), path)
}

// TestReferenceManual holds docs/man to the code; -update writes it.
func TestReferenceManual(t *testing.T) {
	folder, err := filepath.Abs("../../docs/man")
	assert.NilError(t, err)
	known := map[string]bool{}
	for _, page := range usage.Manual(programName, newApp(testSession()), environmentVariables()) {
		golden.Assert(t, page.Content, filepath.Join(folder, page.File))
		known[page.File] = true
	}
	entries, err := os.ReadDir(folder)
	assert.NilError(t, err)
	for _, e := range entries {
		assert.Check(t, known[e.Name()], "%s is of no command: remove it", e.Name())
	}
}

// TestReadmeNamesEveryCommand: it says what there is, and so has to say all.
func TestReadmeNamesEveryCommand(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	assert.NilError(t, err)
	var walk func(commands []*cli.Command)
	walk = func(commands []*cli.Command) {
		for _, c := range commands {
			other := c.Hidden && len(c.Subcommands) == 0 // names for what has another
			assert.Check(t, other || strings.Contains(string(readme), "`"+c.Name+"`"), "README.md doesn't name %s", c.Name)
			walk(c.Subcommands)
		}
	}
	walk(newApp(testSession()).Commands)
}

// TestHelpFits: no line of any --help is wider than 80 columns.
func TestHelpFits(t *testing.T) {
	app := newApp(testSession())
	var walk func(path, commands []*cli.Command)
	walk = func(path, commands []*cli.Command) {
		for line := range strings.SplitSeq(usage.Text(programName, app, path), "\n") {
			assert.Assert(t, len(line) <= 80, "%q", line)
		}
		for _, c := range commands {
			walk(append(path[:len(path):len(path)], c), c.Subcommands)
		}
	}
	walk(nil, app.Commands)
}

// TestFlagsAreDistinct: no command declares a name twice.
func TestFlagsAreDistinct(t *testing.T) {
	for _, c := range newApp(testSession()).Commands {
		seen := map[string]bool{}
		for _, f := range c.Flags {
			for _, name := range f.Names() {
				assert.Assert(t, !seen[name], "%s: %s", c.Name, name)
				seen[name] = true
			}
		}
	}
}
