package terminal_test

import (
	"testing"
	"unicode"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"shop-web-1", "shop-web-1"},
		{"größer 東京", "größer 東京"},
		{"a\x1b[2Jb", `a\x1b[2Jb`},
		{"a\nb\tc\rd", "a b c d"},
		{"bell\a\x7f", `bell\x07\x7f`},
		{"c1 \u009b31m", `c1 \u009b31m`},
		{"bidi \u202e", `bidi \u202e`},
		{"bad \xff\xfe", `bad \xff\xfe`},
		{"\x1b]52;c;cm0=\x07", `\x1b]52;c;cm0=\x07`},
	} {
		assert.Equal(t, terminal.Clean(c.in), c.want)
	}
}

// TestCleanPrintsOnly: whatever comes in, nothing that drives a terminal goes out.
func TestCleanPrintsOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOf(rapid.Byte()).Draw(t, "in"))
		for _, r := range terminal.Clean(in) {
			assert.Assert(t, unicode.IsPrint(r), "%U", r)
		}
	})
}
