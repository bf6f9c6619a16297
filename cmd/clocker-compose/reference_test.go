package main

import (
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
