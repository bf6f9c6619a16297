// Package progress shows what a command is doing: as live rows on a terminal,
// as lines elsewhere, as JSON for programs, or not at all.
package progress

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// Renderer shows events. Events may come from many goroutines at once.
type Renderer interface {
	Event(execute.Event)
	// Flush shows what is known and gives the terminal back; events that come
	// later begin anew.
	Flush()
	// Aside calls write, which writes lines to the terminal, when they can't be
	// drawn over.
	Aside(write func())
}

// Mode is how progress is shown.
type Mode string

// The modes of --progress.
const (
	Auto  Mode = "auto"
	TTY   Mode = "tty"
	Plain Mode = "plain"
	JSON  Mode = "json"
	Quiet Mode = "quiet"
)

// ParseMode reads --progress; "" is auto and "none" is quiet.
func ParseMode(s string) (Mode, error) {
	switch s {
	case "":
		return Auto, nil
	case "none":
		return Quiet, nil
	}
	modes := []Mode{Auto, TTY, Plain, JSON, Quiet}
	if !slices.Contains(modes, Mode(s)) {
		return "", fmt.Errorf("unsupported --progress value %q: use auto, tty, plain, json or quiet", s)
	}
	return Mode(s), nil
}

// Drawn tells the modes that draw on a terminal.
func (m Mode) Drawn() bool { return m == Auto || m == TTY }

// Options are how and where to show progress.
type Options struct {
	Mode Mode
	// Title is the command's name, shown above live rows.
	Title string
	// Out is where everything goes.
	Out io.Writer
	// Terminal tells that Out is one that may be drawn on; Auto goes by it.
	Terminal bool
	// Colour allows colours in live rows.
	Colour bool
	// Size is the terminal's columns and rows, asked before each frame; 0 is unknown.
	Size func() (columns, rows int)
}

// New returns the renderer for a mode.
func New(o Options) Renderer {
	switch {
	case o.Mode == Quiet:
		return quiet{}
	case o.Mode == JSON:
		return newJSON(o.Out)
	case o.Mode == TTY, o.Mode == Auto && o.Terminal:
		return newLive(o, time.Now)
	}
	return newPlain(o.Out)
}

// key names what an event is about; several hosts have networks of one name.
type key struct{ host, id string }

func keyOf(e execute.Event) key { return key{e.Host, e.ID} }

type quiet struct{}

func (quiet) Event(execute.Event) {}
func (quiet) Flush()              {}
func (quiet) Aside(write func())  { write() }

// settled tells that nothing more is expected of what the event is about.
func settled(e execute.Event) bool { return e.Status != execute.Working }

// sentence joins the parts that aren't empty.
func sentence(parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), " ")
}
