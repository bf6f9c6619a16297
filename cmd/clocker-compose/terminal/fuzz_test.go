package terminal_test

import (
	"strings"
	"testing"
	"unicode"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

// FuzzClean prints any bytes, and none of them drives the terminal.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"\x1b]0;owned\x07", "\x1b[2J", "\x1b[31mred", "a\rb\nc\t", "\u202egnp.exe", "\xff\x9b31m", "\x1b[38;5;1m\x1b["} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		drives := func(r rune) bool { return unicode.IsControl(r) }
		clean := terminal.Clean(text)
		assert.Assert(t, strings.IndexFunc(clean, drives) < 0, "%q", clean)
		assert.Equal(t, terminal.Clean(clean), clean)
	})
}
