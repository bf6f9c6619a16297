package progress

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/docker/go-units"
	"github.com/mattn/go-runewidth"
	"github.com/morikuni/aec"

	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// screen is what a frame is laid out for.
type screen struct {
	title string
	// width and height are columns and rows; height 0 is without bound.
	width, height int
	colour        bool
}

const (
	fallbackWidth = 80
	widest        = 200
	// elapsedWidth has room for " 9999.9s".
	elapsedWidth = 8
	minIDWidth   = 12
	// Where there are details, IDs are cut down to this to leave them some room.
	fairIDWidth      = 28
	fairDetailsWidth = 24
)

// spinner turns once a second at ten frames a second.
const spinner = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"

// frame lays the board out: a head, then a line a row, none wider than the screen.
func (s screen) frame(b *board, now time.Time) []string {
	shown, hidden := visible(byHost(b.rows), s.height-2)
	lines := []string{cut(fmt.Sprintf("[+] %s %d/%d", s.title, b.settled(), len(b.rows)), s.width)}
	c := s.columns(shown)
	host := ""
	for _, r := range shown {
		lines = append(lines, s.line(r, c, now, r.event.Host != host))
		host = r.event.Host
	}
	if hidden > 0 {
		lines = append(lines, cut(fmt.Sprintf("   … and %d more", hidden), s.width))
	}
	return lines
}

// byHost puts the rows of each host together, in the order in which they
// appeared there, those of none first.
func byHost(rows []*row) []*row {
	return slices.SortedStableFunc(slices.Values(rows), func(a, b *row) int { return strings.Compare(a.event.Host, b.event.Host) })
}

// visible leaves out what is done, the oldest first, until limit rows are left;
// a limit below 1 is none.
func visible(rows []*row, limit int) (shown []*row, hidden int) {
	if limit < 1 || len(rows) <= limit {
		return rows, 0
	}
	hidden = len(rows) - limit + 1 // one line tells how many
	skip := hidden
	for i, r := range rows {
		if skip > 0 && (settled(r.event) || len(rows)-i <= skip) {
			skip--
			continue
		}
		shown = append(shown, r)
	}
	return shown, hidden
}

// columns are the widths of the parts of a line.
type columns struct{ id, host, text, details int }

// columns shares the width out: details get what is left, and where nothing is
// left the IDs are cut.
func (s screen) columns(rows []*row) columns {
	var c columns
	details := 0
	for _, r := range rows {
		details = max(details, runewidth.StringWidth(r.details()))
		c.id = max(c.id, runewidth.StringWidth(r.event.ID))
		c.host = max(c.host, runewidth.StringWidth(r.event.Host))
		c.text = max(c.text, runewidth.StringWidth(r.event.Text))
	}
	c.host = min(c.host, s.width/5)
	c.text = min(c.text, s.width/4)
	fixed := 3 + 2 + c.text + elapsedWidth
	if c.host > 0 {
		fixed += 2 + c.host
	}
	fair := max(s.width-fixed-min(details, fairDetailsWidth)-1, min(fairIDWidth, s.width-fixed))
	c.id = max(min(c.id, fair), minIDWidth)
	// On a wide screen the times stay near to what they are the times of.
	left, near := s.width-fixed-c.id-1, fallbackWidth-fixed-c.id-2
	c.details = max(min(left, max(details, near)), 0)
	return c
}

// line is " ✔ h1  Container shop-web-1  Started  details      0.3s", and leaves the
// host out where the line above is one of the same.
func (s screen) line(r *row, c columns, now time.Time, named bool) string {
	e := r.event
	paint := s.paint(e.Status)
	var b strings.Builder
	b.WriteString(" " + paint(icon(r, now)) + " ")
	if c.host > 0 {
		host := ""
		if named {
			host = e.Host
		}
		b.WriteString(pad(cut(host, c.host), c.host) + "  ")
	}
	b.WriteString(pad(middle(e.ID, c.id), c.id))
	b.WriteString("  " + paint(pad(cut(e.Text, c.text), c.text)))
	if c.details > 0 {
		b.WriteString(" " + pad(cut(r.details(), c.details), c.details))
	}
	fmt.Fprintf(&b, "%*s", elapsedWidth, r.elapsed(now))
	return strings.TrimRight(b.String(), " ")
}

// paint colours by status, where colours are allowed.
func (s screen) paint(status execute.EventStatus) func(string) string {
	if !s.colour {
		return func(text string) string { return text }
	}
	colour := aec.CyanF
	switch status {
	case execute.Done:
		colour = aec.GreenF
	case execute.Warning:
		colour = aec.YellowF
	case execute.Error:
		colour = aec.RedF.With(aec.Bold)
	}
	return func(text string) string { return colour.Apply(text) }
}

func icon(r *row, now time.Time) string {
	switch r.event.Status {
	case execute.Done:
		return "✔"
	case execute.Warning:
		return "!"
	case execute.Error:
		return "✘"
	}
	turns := []rune(spinner)
	return string(turns[int(now.Sub(r.start)/frameTime)%len(turns)])
}

func (r *row) elapsed(now time.Time) string {
	if !r.end.IsZero() {
		now = r.end
	}
	return fmt.Sprintf("%.1fs", now.Sub(r.start).Seconds())
}

// details are the event's own or, while an image is pulled, its layers summed
// up, and while it is built, the step that it is at.
func (r *row) details() string {
	if r.step != "" && !settled(r.event) {
		return r.step
	}
	if len(r.layers) == 0 || settled(r.event) {
		return r.event.Details
	}
	done := 0
	var current, total int64
	for _, l := range r.layers {
		if settled(l) {
			done++
		}
		current, total = current+l.Current, total+l.Total
	}
	s := fmt.Sprintf("%d/%d layers", done, len(r.layers))
	if total > 0 {
		s += fmt.Sprintf(" %s/%s", units.HumanSize(float64(current)), units.HumanSize(float64(total)))
	}
	return s
}

func pad(s string, width int) string { return runewidth.FillRight(s, width) }

func cut(s string, width int) string { return runewidth.Truncate(s, width, "…") }

// middle cuts the middle out of a name, whose end tells replicas apart.
func middle(s string, width int) string {
	over := runewidth.StringWidth(s) - width
	if over <= 0 {
		return s
	}
	head := runewidth.Truncate(s, (width+1)/2, "…")
	return head + runewidth.TruncateLeft(s, over+runewidth.StringWidth(head), "")
}
