package terminal

import (
	"io"

	"github.com/moby/term"
)

// Is tells whether a stream is a terminal.
func Is(stream any) bool {
	fd, ok := descriptor(stream)
	return ok && term.IsTerminal(fd)
}

// Size is a terminal's columns and rows, 0 where they can't be known.
func Size(w io.Writer) (columns, rows int) {
	fd, ok := descriptor(w)
	if !ok {
		return 0, 0
	}
	size, err := term.GetWinsize(fd)
	if err != nil {
		return 0, 0
	}
	return int(size.Width), int(size.Height)
}

// descriptor is the stream's, where it is a file.
func descriptor(stream any) (uintptr, bool) {
	file, ok := stream.(interface{ Fd() uintptr })
	if !ok {
		return 0, false
	}
	return file.Fd(), true
}

// ShowCursor makes a hidden cursor visible, ClearLine empties the line that it is on.
const (
	ShowCursor = "\x1b[?25h"
	ClearLine  = "\r\x1b[K"
)
