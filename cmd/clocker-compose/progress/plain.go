package progress

import (
	"fmt"
	"io"
	"sync"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// plain writes a line for each change of state: " ID Text Details [host]".
// Layers of images and changes in a percentage alone are left out, and so is
// what went wrong: the command's error says it.
type plain struct {
	mu   sync.Mutex
	out  io.Writer
	last map[key]string
}

func newPlain(out io.Writer) *plain { return &plain{out: out, last: map[key]string{}} }

func (p *plain) Event(e execute.Event) {
	if e.Parent != "" && e.Status != execute.Error {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if e.Status == execute.Error {
		e.Details = ""
	}
	state := e.Text
	if settled(e) {
		state += " " + e.Details
	}
	if p.last[keyOf(e)] == state {
		return
	}
	p.last[keyOf(e)] = state
	fmt.Fprintln(p.out, "", terminal.Clean(sentence(e.ID, e.Text, e.Details, bracketed(e.Host))))
}

func (p *plain) Flush() {}

func bracketed(host string) string {
	if host == "" {
		return ""
	}
	return "[" + host + "]"
}
