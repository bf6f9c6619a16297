package table

import (
	"io"
	"strings"
	"text/tabwriter"
)

// Section is a plain table, for commands that know no templates.
type Section struct {
	Heads []string
	Rows  [][]string
	// Least is the width of a cell with its padding, at the least; Padding is the
	// space between cells.
	Least, Padding int
}

// Print writes the table.
func (s Section) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, s.Least, 1, s.Padding, ' ', 0)
	for _, row := range append([][]string{s.Heads}, s.Rows...) {
		if _, err := io.WriteString(w, strings.Join(row, "\t")+"\n"); err != nil {
			return err
		}
	}
	return w.Flush()
}
