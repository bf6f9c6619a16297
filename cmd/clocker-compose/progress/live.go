package progress

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/mattn/go-runewidth"
	"github.com/morikuni/aec"

	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// frameTime is the time between two frames.
const frameTime = 100 * time.Millisecond

// live draws rows on a terminal, over and over, each frame in a single write.
// The cursor is hidden from the first frame until Flush.
type live struct {
	options Options
	now     func() time.Time

	mu    sync.Mutex
	board *board
	// drawn are the widths of the lines of the last frame.
	drawn []int
	// stop ends the drawing goroutine, which closes stopped; nil while none runs.
	stop, stopped chan struct{}
}

func newLive(o Options, now func() time.Time) *live {
	return &live{options: o, now: now, board: newBoard()}
}

func (l *live) Event(e execute.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.board.apply(e, l.now())
	if l.stop == nil {
		l.stop, l.stopped = make(chan struct{}), make(chan struct{})
		go l.draw(l.stop, l.stopped)
	}
}

// draw draws a frame at once and then at every tick.
func (l *live) draw(stop, stopped chan struct{}) {
	defer close(stopped)
	ticker := time.NewTicker(frameTime)
	defer ticker.Stop()
	for {
		l.mu.Lock()
		l.write(true)
		l.mu.Unlock()
		select {
		case <-stop:
			return
		case <-ticker.C:
		}
	}
}

func (l *live) Flush() {
	l.mu.Lock()
	stop, stopped := l.stop, l.stopped
	l.stop, l.stopped = nil, nil
	l.mu.Unlock()
	if stop == nil {
		return
	}
	close(stop)
	<-stopped

	l.mu.Lock()
	defer l.mu.Unlock()
	l.write(false)
	l.board, l.drawn = newBoard(), nil
}

// Aside takes the rows away; the next frame puts them below what was written.
func (l *live) Aside(write func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if up := l.height(l.screen().width); up > 0 {
		_, _ = io.WriteString(l.options.Out, aec.Up(uint(up)).String()+"\r"+aec.EraseDisplay(aec.EraseModes.Tail).String())
		l.drawn = nil
	}
	write()
}

// write replaces the last frame by a new one. The last of all has every row
// and shows the cursor again.
func (l *live) write(more bool) {
	s := l.screen()
	if !more {
		s.height = 0
	}
	var b bytes.Buffer
	b.WriteString(aec.Hide.String())
	if up := l.height(s.width); up > 0 {
		b.WriteString(aec.Up(uint(up)).String())
	}
	lines := s.frame(l.board, l.now())
	l.drawn = l.drawn[:0]
	for _, line := range lines {
		fmt.Fprintf(&b, "\r%s%s\n", line, aec.EraseLine(aec.EraseModes.Tail))
		l.drawn = append(l.drawn, printedWidth(line))
	}
	b.WriteString(aec.EraseDisplay(aec.EraseModes.Tail).String())
	if !more {
		b.WriteString(aec.Show.String())
	}
	_, _ = l.options.Out.Write(b.Bytes()) // a terminal that went away has nobody to tell
}

// height is how many rows of the terminal the last frame takes up by now: a
// terminal that became narrower has wrapped its lines.
func (l *live) height(width int) int {
	rows := 0
	for _, w := range l.drawn {
		rows += max(1, (w+width)/(width+1))
	}
	return rows
}

// screen is the terminal as it is now. The last column stays free, because some
// terminals wrap as soon as it is written.
func (l *live) screen() screen {
	s := screen{title: l.options.Title, width: fallbackWidth, colour: l.options.Colour}
	if l.options.Size != nil {
		if columns, rows := l.options.Size(); columns > 0 {
			s.width, s.height = columns, rows
		}
	}
	s.width = min(s.width, widest) - 1
	return s
}

// printedWidth is a line's width without its colours.
func printedWidth(line string) int {
	condition := runewidth.Condition{StrictEmojiNeutral: true}
	return condition.StringWidth(uncoloured(line))
}

// uncoloured takes the colours out that paint put in.
func uncoloured(line string) string {
	var b bytes.Buffer
	inside := false
	for _, r := range line {
		switch {
		case r == '\x1b':
			inside = true
		case inside:
			inside = r != 'm'
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
