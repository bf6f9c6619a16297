// Package logview shows the output of containers, each line under the name of
// its container. Output is passed on as it is, as Docker Compose does: programs
// write colours, and progress of their own.
package logview

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/morikuni/aec"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/terminal"
)

// Options are how lines are shown.
type Options struct {
	// Out and Err get what containers wrote to the stream of that name.
	Out, Err io.Writer
	// Prefix writes the container's name before each line.
	Prefix bool
	// Colour paints the names.
	Colour bool
	// Timestamps writes the time before each line.
	Timestamps bool
}

// View shows lines. It is safe for concurrent use.
type View struct {
	options Options

	mu     sync.Mutex
	width  int
	paints map[string]aec.ANSI
}

// New returns a view.
func New(o Options) *View { return &View{options: o, paints: map[string]aec.ANSI{}} }

// Expect makes room for names, and gives each a colour, in sorted order.
func (v *View) Expect(names []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, name := range slices.Sorted(slices.Values(names)) {
		v.paint(name)
	}
}

// Line is one line of a container's output.
type Line struct {
	Container string
	// Hook says that a hook of the container wrote it.
	Hook   bool
	Stderr bool
	Time   time.Time
	Text   string
}

// Show writes a line.
func (v *View) Show(l Line) {
	v.mu.Lock()
	defer v.mu.Unlock()
	text := l.Text
	if v.options.Timestamps {
		text = l.Time.UTC().Format("2006-01-02T15:04:05.000000000Z") + " " + text
	}
	out := v.options.Out
	if l.Stderr {
		out = v.options.Err
	}
	fmt.Fprintf(out, "%s%s\n", v.prefix(l), text)
}

// Tell writes a sentence about a container.
func (v *View) Tell(container, sentence string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	name := terminal.Clean(container)
	if v.options.Colour {
		name = v.paint(container).Apply(name)
	}
	fmt.Fprintf(v.options.Out, "%s %s\n", name, terminal.Clean(sentence))
}

// Watch writes a sentence about the watching of files.
func (v *View) Watch(sentence string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	mark := ""
	if v.options.Prefix {
		mark = strings.Repeat(" ", v.width) + " ⦿ "
	}
	if v.options.Colour && mark != "" {
		mark = aec.LightGreenF.Apply(mark)
	}
	fmt.Fprintf(v.options.Out, "%s%s\n", mark, terminal.Clean(sentence))
}

func (v *View) prefix(l Line) string {
	switch {
	case !v.options.Prefix:
		return ""
	case l.Hook:
		return terminal.Clean(l.Container) + " ->  | " // for which no room is made
	}
	paint := v.paint(l.Container)
	s := fmt.Sprintf("%-*s | ", v.width, terminal.Clean(l.Container))
	if v.options.Colour {
		return paint.Apply(s)
	}
	return s
}

// paint is the colour of a name, which it makes room for.
func (v *View) paint(name string) aec.ANSI {
	if p, ok := v.paints[name]; ok {
		return p
	}
	v.width = max(v.width, len(name)+1)
	all := palette()
	p := all[len(v.paints)%len(all)]
	v.paints[name] = p
	return p
}

// palette are the colours, in the order in which names get them.
func palette() []aec.ANSI {
	return []aec.ANSI{
		aec.CyanF, aec.YellowF, aec.GreenF, aec.MagentaF, aec.BlueF,
		aec.LightCyanF, aec.LightYellowF, aec.LightGreenF, aec.LightMagentaF, aec.LightBlueF,
	}
}
