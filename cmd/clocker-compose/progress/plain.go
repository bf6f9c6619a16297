package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// plain writes a line for each change of state: " ID Text Details [host]".
// Layers of images and changes in a percentage alone are left out, and so is
// what went wrong: the command's error says it. Of a build there is a line for
// each step, and each line that this prints.
type plain struct {
	mu   sync.Mutex
	out  io.Writer
	last map[key]string
}

func newPlain(out io.Writer) *plain { return &plain{out: out, last: map[key]string{}} }

func (p *plain) Event(e execute.Event) {
	if e.Build {
		p.step(e)
		return
	}
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

// step tells of a step of a build when it begins or needn't. What BuildKit does
// for itself isn't told.
func (p *plain) step(e execute.Event) {
	text := e.ID
	switch {
	case e.Output != "":
		text = "| " + e.Output
	case strings.HasPrefix(e.ID, "[internal]"):
		return
	case e.Text == "Cached":
		text += " " + e.Text
	case e.Status != execute.Working:
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	k := key{e.Host, e.Parent + "\x00" + e.ID}
	if e.Output == "" && p.last[k] != "" {
		return
	}
	p.last[k] = e.Text
	fmt.Fprintln(p.out, "", terminal.Clean(sentence(e.Parent, text, bracketed(e.Host))))
}

func (p *plain) Flush() {}

func (p *plain) Aside(write func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	write()
}

func bracketed(host string) string {
	if host == "" {
		return ""
	}
	return "[" + host + "]"
}
