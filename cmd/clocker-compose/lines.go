package main

import (
	"strings"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

// cleanLines makes a text of several lines, in which names from elsewhere
// stand, safe to print. It ends with a newline unless it is empty.
func cleanLines(text string) string {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return ""
	}
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		b.WriteString(terminal.Clean(line) + "\n")
	}
	return b.String()
}
