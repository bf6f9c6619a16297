package terminal_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

func menuLine(columns int) terminal.Line {
	text := "w Watch   d Detach"
	if columns < len(text) {
		text = "w"
	}
	return terminal.Line{Text: text, Width: len(text)}
}

func TestBottomStaysBelow(t *testing.T) {
	var out bytes.Buffer
	b := terminal.NewBottom(&out, func() int { return 80 })
	over := b.Over(&out)
	fmt.Fprintln(over, "before")
	b.Show(menuLine)
	n, err := fmt.Fprintln(over, "one")
	assert.NilError(t, err)
	assert.Equal(t, n, len("one\n"))
	_, _ = over.Write([]byte("half "))
	fmt.Fprintln(over, "a line")
	b.Show(nil)
	fmt.Fprintln(over, "after")
	assert.Equal(t, out.String(), "before\n"+
		"w Watch   d Detach"+"\r\x1b[J"+"one\n"+
		"w Watch   d Detach"+"\r\x1b[J"+"half "+"a line\n"+
		"w Watch   d Detach"+"\r\x1b[J"+"after\n")
}

// TestBottomOfATerminalThatWasMadeNarrower: rows that the line was wrapped to go too.
func TestBottomOfATerminalThatWasMadeNarrower(t *testing.T) {
	var out bytes.Buffer
	columns := 80
	b := terminal.NewBottom(&out, func() int { return columns })
	b.Show(menuLine)
	columns = 10
	out.Reset()
	fmt.Fprintln(b.Over(&out), "x")
	assert.Equal(t, out.String(), "\r\x1b[1A\x1b[Jx\nw")
}

// TestBottomLosesNothing: whatever is written comes out, in order.
func TestBottomLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var out bytes.Buffer
		b := terminal.NewBottom(&out, func() int { return rapid.IntRange(0, 30).Draw(t, "columns") })
		over, want := b.Over(&out), ""
		for range rapid.IntRange(1, 20).Draw(t, "writes") {
			if rapid.Bool().Draw(t, "show") {
				b.Show(menuLine)
			}
			text := rapid.StringMatching(`[a-c]{0,3}\n?`).Draw(t, "text")
			n, err := over.Write([]byte(text))
			assert.NilError(t, err)
			assert.Equal(t, n, len(text))
			want += text
		}
		b.Show(nil)
		plain := out.String()
		for _, drawn := range []string{"w Watch   d Detach", "w", "\r", "\x1b[1A", "\x1b[2A", "\x1b[17A", "\x1b[J"} {
			plain = strings.ReplaceAll(plain, drawn, "")
		}
		for i := range 20 {
			plain = strings.ReplaceAll(plain, fmt.Sprintf("\x1b[%dA", i), "")
		}
		assert.Equal(t, plain, want)
	})
}
