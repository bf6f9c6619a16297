package progress

import (
	"fmt"
	"io"
	"sync"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// NewBeside returns a renderer for a terminal to which others write too, such as
// the output of containers: nothing of it is drawn over. Where New would draw
// rows, it writes a line for each change but for starts, which the first line
// of output tells as well; else it is what New returns.
func NewBeside(o Options) Renderer {
	if o.Mode == TTY || o.Mode == Auto && o.Terminal {
		return &beside{out: o.Out, paint: screen{colour: o.Colour}, last: map[key]string{}}
	}
	return New(o)
}

// Compose is the ID of events about the command itself, of which the details are a sentence.
const Compose = "Compose"

type beside struct {
	mu    sync.Mutex
	out   io.Writer
	paint screen
	last  map[key]string
}

func (b *beside) Event(e execute.Event) {
	if e.Parent != "" || e.Text == "Starting" || e.Text == "Started" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	e = cleaned(e)
	if e.ID == Compose {
		// In place of the ^C that the terminal may have shown.
		fmt.Fprintln(b.out, terminal.ClearLine+e.Details)
		return
	}
	if e.Status == execute.Error {
		e.Details = "" // the command's error says it
	}
	if b.last[keyOf(e)] == e.Text+e.Details {
		return
	}
	b.last[keyOf(e)] = e.Text + e.Details
	fmt.Fprintln(b.out, sentence(e.ID, b.paint.paint(e.Status)(e.Text), e.Details, bracketed(e.Host)))
}

func (b *beside) Flush() {}

func (b *beside) Aside(write func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	write()
}
