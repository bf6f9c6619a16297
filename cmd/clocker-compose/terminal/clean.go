// Package terminal knows what a terminal may be told. Names, labels and errors
// come from other machines: [Clean] takes out of them what would move the
// cursor, rewrite what stands there, or answer for the user.
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
