package table

import (
	"io"
	"strings"

	"github.com/docker/cli/cli/command/formatter/tabwriter"
)

// spacing is the space between the columns of a table: least is the width of a
// cell with its padding, at the least.
type spacing struct{ least, padding int }

// align lays cells out.
func (s spacing) align(out io.Writer, g grid) error {
	w := tabwriter.NewWriter(out, s.least, 1, s.padding, ' ', 0)
	for _, row := range g {
		if _, err := io.WriteString(w, strings.Join(row, "\t")+"\n"); err != nil {
			return err
		}
	}
	return w.Flush()
}
