// Package terminal knows what a terminal may be told. Names, labels, errors and
// logs come from other machines: [Clean] and [CleanLine] take out of them what
// would move the cursor, rewrite what stands there, or answer for the user.
package terminal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a word or sentence from elsewhere safe to print on one line.
// White space becomes a space, and what doesn't print is spelled out: \x1b.
func Clean(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		writeRune(&b, r, s[i:i+size])
	}
	return b.String()
}

// CleanLine makes one line of a log safe: as [Clean], but tabs stay, and so do
// colours, which many programs write (ESC [ digits and semicolons m). A line
// that colours ends by putting them back.
func CleanLine(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	coloured := false
	for len(s) > 0 {
		if n := colour(s); n > 0 {
			b.WriteString(s[:n])
			s, coloured = s[n:], true
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			writeRune(&b, r, s[:size])
		}
		s = s[size:]
	}
	if coloured {
		b.WriteString("\x1b[0m")
	}
	return b.String()
}

// writeRune writes a character, or how it is spelled where it doesn't print.
func writeRune(b *strings.Builder, r rune, raw string) {
	switch {
	case r == utf8.RuneError && len(raw) == 1, r < ' ' && !unicode.IsSpace(r), r == 0x7f:
		fmt.Fprintf(b, `\x%02x`, raw[0])
	case unicode.IsSpace(r):
		b.WriteByte(' ')
	case unicode.IsPrint(r):
		b.WriteRune(r)
	default:
		fmt.Fprintf(b, `\u%04x`, r)
	}
}

func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// colour is the length of the colour sequence that s starts with, 0 for none.
func colour(s string) int {
	const longest = 32
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	for i := 2; i < len(s) && i < longest; i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case c != ';' && (c < '0' || c > '9'):
			return 0
		}
	}
	return 0
}
