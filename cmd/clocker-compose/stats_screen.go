package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose"
)

// What a terminal is told to draw a frame over the one before. Nothing is erased
// before it is written over, so that nothing flickers.
const (
	cursorHome = "\x1b[H"
	eraseRest  = "\x1b[K"
	eraseBelow = "\x1b[J"
)

// statsScreen draws frames over one another, in the terminal's height.
type statsScreen struct {
	out  io.Writer
	size func() (columns, rows int)
	body bytes.Buffer
}

// buffer is where the next frame is written.
func (s *statsScreen) buffer() io.Writer {
	s.body.Reset()
	return &s.body
}

// draw shows the frame in one write, with a line for each host that is away.
func (s *statsScreen) draw(absent []compose.HostStatus) error {
	lines := strings.Split(strings.TrimSuffix(s.body.String(), "\n"), "\n")
	var below []string
	for _, h := range absent {
		below = append(below, terminal.Clean(h.String()))
	}
	if _, rows := s.size(); rows > 0 {
		if room := max(1, rows-1-len(below)); len(lines) > room {
			below = append([]string{fmt.Sprintf("… and %d more", len(lines)-room+1)}, below...)
			lines = lines[:room-1]
		}
	}
	var frame strings.Builder
	frame.WriteString(cursorHome)
	for _, line := range append(lines, below...) {
		frame.WriteString(line + eraseRest + "\n")
	}
	frame.WriteString(eraseBelow)
	_, err := io.WriteString(s.out, frame.String())
	return err
}
