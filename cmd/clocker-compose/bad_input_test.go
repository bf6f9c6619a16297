package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
	"gotest.tools/v3/assert"
)

// TestBadInputIsScripted: bad_flags.txtar gives each command a flag that it
// doesn't have, so that a command that is added is tested for it, too.
func TestBadInputIsScripted(t *testing.T) {
	script, err := os.ReadFile("testdata/script/bad_flags.txtar")
	assert.NilError(t, err)
	lines := strings.Split(string(script), "\n")
	var walk func(name string, commands []*cli.Command)
	walk = func(name string, commands []*cli.Command) {
		for _, c := range commands {
			want := "refused 1 'unknown flag: --nope' " + name + c.Name + " --nope"
			assert.Check(t, c.Hidden || slices.Contains(lines, want), "bad_flags.txtar has no line %q", want)
			walk(name+c.Name+" ", c.Subcommands)
		}
	}
	walk("", newApp(testSession()).Commands)
}
