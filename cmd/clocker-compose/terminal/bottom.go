package terminal

import (
	"bytes"
	"io"
	"strconv"
	"sync"
)

// Line is a text for a terminal, and the columns that it takes up.
type Line struct {
	Text  string
	Width int
}

// Bottom is a line that stays below all that is written to a terminal. It knows
// nothing of the terminal's height, needs no region of it, and never scrolls
// it: it takes its line away before each write, and puts it back after.
type Bottom struct {
	terminal io.Writer
	// columns is the terminal's width, asked before each use; 0 is unknown.
	columns func() int

	mu sync.Mutex
	// line makes the line for a width; nil where there is none.
	line func(columns int) Line
	// drawn is the width of the line that stands there now.
	drawn int
	// broken tells that the last write ended inside of a line.
	broken bool
}

// NewBottom is one that shows nothing. Columns is the terminal's width.
func NewBottom(terminal io.Writer, columns func() int) *Bottom {
	return &Bottom{terminal: terminal, columns: columns}
}

// Show shows a line from now on, which is called before each time it is drawn,
// with the columns that it may take. Nil takes it away.
func (b *Bottom) Show(line func(columns int) Line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out bytes.Buffer
	b.erase(&out)
	b.line = line
	b.draw(&out)
	_, _ = b.terminal.Write(out.Bytes()) // a terminal that went away has nobody to tell
}

// Over is a stream to the terminal, whose writes go above the line.
func (b *Bottom) Over(w io.Writer) io.Writer { return &over{bottom: b, to: w} }

// erase takes the line away, the rows that it was wrapped to among them.
func (b *Bottom) erase(out *bytes.Buffer) {
	if b.drawn == 0 {
		return
	}
	out.WriteByte('\r')
	if columns := b.columns(); columns > 0 {
		if up := (b.drawn - 1) / columns; up > 0 {
			out.WriteString("\x1b[" + strconv.Itoa(up) + "A")
		}
	}
	out.WriteString("\x1b[J")
	b.drawn = 0
}

func (b *Bottom) draw(out *bytes.Buffer) {
	if b.line == nil || b.broken {
		return
	}
	columns := b.columns()
	if columns <= 0 {
		columns = fallbackColumns
	}
	line := b.line(columns - 1) // some terminals wrap once the last column is written
	out.WriteString(line.Text)
	b.drawn = line.Width
}

const fallbackColumns = 80

// over is a stream above a line.
type over struct {
	bottom *Bottom
	to     io.Writer
}

// Write makes one write of it all, so that nothing flickers.
func (o *over) Write(p []byte) (int, error) {
	o.bottom.mu.Lock()
	defer o.bottom.mu.Unlock()
	if o.bottom.line == nil || len(p) == 0 {
		return o.to.Write(p)
	}
	var out bytes.Buffer
	o.bottom.erase(&out)
	before := out.Len()
	out.Write(p)
	o.bottom.broken = p[len(p)-1] != '\n'
	o.bottom.draw(&out)
	n, err := o.to.Write(out.Bytes())
	return max(0, min(n-before, len(p))), err
}

// Fd is that of the stream below, so that it is known for a terminal.
func (o *over) Fd() uintptr {
	fd, _ := descriptor(o.to)
	return fd
}
