package table

import "io"

// Section is a plain table, for commands that know no templates.
type Section struct {
	Heads []string
	Rows  [][]string
	// Least is the width of a cell with its padding, at the least; Padding is the
	// space between cells.
	Least, Padding int
	Fit
}

// Print writes the table.
func (s Section) Print(out io.Writer) error {
	return s.print(out, append(grid{s.Heads}, s.Rows...), spacing{s.Least, s.Padding})
}
