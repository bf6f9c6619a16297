// Package picture draws a plan for people: the hosts, what becomes of each
// replica on them and why, and what was refused. What doesn't fit the width is
// cut, and what is too much to read is counted.
package picture

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"

	"github.com/clocker-compose/clocker-compose/compose/plan"
)

const (
	// mostHosts and mostReplicas are what is drawn one by one.
	mostHosts    = 40
	mostReplicas = 200
)

// Draw is the picture of a plan. Width is in columns; 0 is without bound.
func Draw(p *plan.Plan, width int) string {
	d := &drawing{width: width}
	if len(p.Hosts) > mostHosts || len(p.Replicas) > mostReplicas {
		d.services(p)
	} else {
		d.hosts(p)
	}
	if p.Explained {
		d.explanations(p)
	} else {
		d.refusals(p)
	}
	d.line("")
	for _, g := range p.Gain {
		d.paragraph("* ", g)
	}
	for _, l := range p.Left {
		d.paragraph("= ", l)
	}
	for _, w := range p.Warnings {
		d.paragraph("! ", w)
	}
	d.paragraph("", p.Summary())
	return d.String()
}

// drawing is lines, none wider than its width.
type drawing struct {
	strings.Builder
	width int
}

// line adds one line, cut where it is too wide.
func (d *drawing) line(format string, a ...any) {
	s := strings.TrimRight(fmt.Sprintf(format, a...), " ")
	if d.width > 0 {
		s = runewidth.Truncate(s, d.width, "…")
	}
	d.WriteString(s + "\n")
}

// paragraph adds a text in as many lines as it takes, the first with a mark.
func (d *drawing) paragraph(mark, text string) {
	indent := strings.Repeat(" ", runewidth.StringWidth(mark))
	line := mark
	for word := range strings.FieldsSeq(text) {
		if d.width > 0 && line != mark && line != indent && runewidth.StringWidth(line+word) > d.width {
			d.line("%s", line)
			line = indent
		}
		line += word + " "
	}
	d.line("%s", line)
}

// title begins a section.
func (d *drawing) title(text string) {
	if d.Len() > 0 {
		d.line("")
	}
	d.line("%s", text)
}

func pad(s string, width int) string { return runewidth.FillRight(s, width) }

// widest is the width of the widest of some texts.
func widest[T any](all []T, text func(T) string) int {
	w := 0
	for _, e := range all {
		w = max(w, runewidth.StringWidth(text(e)))
	}
	return w
}
