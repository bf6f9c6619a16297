package table

import (
	"io"
	"slices"
	"strings"

	"github.com/mattn/go-runewidth"
)

// Fit is how a table gives way to the width of a terminal. The zero value gives
// way to none.
type Fit struct {
	// Width is the terminal's, in columns; 0 is any.
	Width int
	// Narrow are the heads of the columns that give way, the first first: they are
	// cut, and then left out.
	Narrow []string
	// Names are the heads of columns that stay. Where all of Narrow are gone they
	// are cut, in their middle, as names often end in what tells them apart.
	Names []string
	// Last are those that have a third of the width at the least, and give way only
	// where the names have no more.
	Last []string
}

// narrowest is what is left of a column before it goes altogether.
const narrowest = 8

// print lays out cells that tabs separate, of which the first row has the heads.
func (f Fit) print(out io.Writer, g grid, s spacing) error {
	if l := newLayout(g, s); f.Width > 0 && l.width() > f.Width {
		l.spacing = spacing{padding: 2}
		f.narrow(&l)
		f.widen(&l)
		g, s = l.cut(), l.spacing
	}
	return s.align(out, g)
}

// narrow takes what is too much.
func (f Fit) narrow(l *layout) {
	l.shrink(f.Width, f.Width/3, f.Last)
	l.shrink(f.Width, narrowest, f.Narrow)
	l.drop(f.Width, f.Narrow)
	l.shrink(f.Width, f.Width/2, f.Names)
	l.shrink(f.Width, f.Width/3, f.Names)
	l.shrink(f.Width, narrowest, f.Last)
	l.shrink(f.Width, 2*narrowest, f.Names)
	l.drop(f.Width, f.Last)
	l.shrink(f.Width, narrowest, f.Names)
}

// widen gives back what was taken from a column before another was left out.
func (f Fit) widen(l *layout) {
	for _, heads := range [][]string{f.Names, f.Last, f.Narrow} {
		for _, head := range slices.Backward(heads) {
			l.grow(f.Width, head)
		}
	}
	for i := range l.columns {
		l.columns[i].middle = slices.Contains(f.Names, l.columns[i].head)
	}
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

// layout is how wide the columns of a grid are.
type layout struct {
	spacing
	grid    grid
	columns []column
}

// column is full wide where there is room, and room where there isn't.
type column struct {
	head       string
	full, room int
	dropped    bool
	// middle says that cells are cut there.
	middle bool
}

func newLayout(g grid, s spacing) layout {
	l := layout{spacing: s, grid: g}
	for i, head := range g[0] {
		c := column{head: head}
		for _, row := range g {
			if i < len(row) {
				c.full = max(c.full, runewidth.StringWidth(row[i]))
			}
		}
		c.room = c.full
		l.columns = append(l.columns, c)
	}
	return l
}

// width is that of the widest row.
func (l *layout) width() int {
	sum, last := 0, 0 // the last column has no padding
	for _, c := range l.columns {
		if !c.dropped {
			sum, last = sum+last, max(l.least, c.room+l.padding)
		}
	}
	return sum + last - l.padding
}

// shrink takes what is too much from columns, but leaves each so much.
func (l *layout) shrink(width, least int, heads []string) {
	for _, head := range heads {
		if c := l.column(head); c != nil {
			c.room = max(min(c.room, least), runewidth.StringWidth(head), c.room-max(0, l.width()-width))
		}
	}
}

// drop leaves columns out until the rest fits.
func (l *layout) drop(width int, heads []string) {
	for _, head := range heads {
		if c := l.column(head); c != nil && l.width() > width {
			c.dropped = true
		}
	}
}

// grow gives a column what room there is.
func (l *layout) grow(width int, head string) {
	if c := l.column(head); c != nil {
		c.room = min(c.full, c.room+max(0, width-l.width()))
	}
}

// column is that of the head, nil where there is none any more.
func (l *layout) column(head string) *column {
	i := slices.IndexFunc(l.columns, func(c column) bool { return c.head == head && !c.dropped })
	if i < 0 {
		return nil
	}
	return &l.columns[i]
}

// cut is the grid as the layout has it.
func (l *layout) cut() grid {
	var all grid
	for _, row := range l.grid {
		var cells []string
		for i, cell := range row {
			if c := l.columns[min(i, len(l.columns)-1)]; !c.dropped {
				cells = append(cells, c.cut(cell))
			}
		}
		all = append(all, cells)
	}
	return all
}

func (c column) cut(cell string) string {
	over := runewidth.StringWidth(cell) - c.room
	switch {
	case over <= 0:
		return cell
	case c.middle:
		head := runewidth.Truncate(cell, c.room/2, "")
		return head + "…" + runewidth.TruncateLeft(cell, runewidth.StringWidth(head)+over+1, "")
	}
	return runewidth.Truncate(cell, c.room, "…")
}
