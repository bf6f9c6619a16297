package main

import (
	"fmt"
	"io"
	"slices"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

// printWords prints one word of each row, each once, in the order of the rows.
func printWords[Row any](out io.Writer, rows []Row, word func(Row) string) error {
	var seen []string
	for _, r := range rows {
		w := word(r)
		if slices.Contains(seen, w) {
			continue
		}
		seen = append(seen, w)
		if _, err := fmt.Fprintln(out, terminal.Clean(w)); err != nil {
			return err
		}
	}
	return nil
}
