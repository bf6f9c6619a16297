package table

import (
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

const (
	// least is the width of a cell with its padding, at the least.
	least = 10
	// padding is the space between cells.
	padding = 3
	// narrowest is what is left of a column before it goes altogether.
	narrowest = 8
)

// fit lays cells out that tabs separate, in the width of a terminal: columns
// that give way are cut, and then left out, until the rest fits.
func (t Table) fit(out io.Writer, body string) error {
	g := gridOf(body)
	for _, head := range t.Narrow {
		if over := g.width() - t.Width; over > 0 {
			g.shrink(head, over)
		}
	}
	for _, head := range t.Narrow {
		if g.width() > t.Width {
			g.drop(head)
		}
	}
	return align(out, []byte(g.String()))
}

// grid is a table in cells, of which the first row has the heads.
type grid [][]string

func gridOf(body string) grid {
	var g grid
	for line := range strings.SplitSeq(strings.TrimSuffix(body, "\n"), "\n") {
		g = append(g, strings.Split(line, "\t"))
	}
	return g
}

func (g grid) String() string {
	var b strings.Builder
	for _, row := range g {
		b.WriteString(strings.Join(row, "\t") + "\n")
	}
	return b.String()
}

// width is that of the widest row.
func (g grid) width() int {
	sum := 0
	for i := range g[0] {
		if i == len(g[0])-1 {
			return sum + g.column(i)
		}
		sum += max(least, g.column(i)+padding)
	}
	return sum
}

// column is the width of a column without padding.
func (g grid) column(i int) int {
	widest := 0
	for _, row := range g {
		if i < len(row) {
			widest = max(widest, runewidth.StringWidth(row[i]))
		}
	}
	return widest
}

// shrink takes up to so much of the column of that head.
func (g grid) shrink(head string, over int) {
	i := slices.Index(g[0], head)
	if i < 0 {
		return
	}
	room := max(narrowest, runewidth.StringWidth(head), g.column(i)-over)
	for _, row := range g {
		if i < len(row) {
			row[i] = runewidth.Truncate(row[i], room, "…")
		}
	}
}

// drop leaves the column of that head out.
func (g grid) drop(head string) {
	i := slices.Index(g[0], head)
	if i < 0 {
		return
	}
	for n, row := range g {
		if i < len(row) {
			g[n] = slices.Delete(row, i, i+1)
		}
	}
}
