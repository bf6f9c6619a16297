package progress

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/mattn/go-runewidth"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/compose/execute"
)

// story is an up over three hosts, at a moment in which everything happens.
func story() (*board, time.Time) {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	b := newBoard()
	at := func(ms int, e execute.Event) { b.apply(e, start.Add(time.Duration(ms)*time.Millisecond)) }
	at(0, execute.Event{ID: "Fabric", Host: "h1", Status: execute.Working, Text: "Joining"})
	at(900, execute.Event{ID: "Fabric", Host: "h1", Status: execute.Done, Text: "Joined"})
	at(900, execute.Event{ID: "Network shop_default", Host: "h1", Status: execute.Done, Text: "Created"})
	at(950, execute.Event{ID: "Image nginx:alpine", Host: "h2", Status: execute.Working, Text: "Pulling"})
	for i := range 4 {
		layer := execute.Event{ID: fmt.Sprintf("layer%d", i), Parent: "Image nginx:alpine", Host: "h2", Status: execute.Working, Current: 5 << 20, Total: 12 << 20}
		if i < 2 {
			layer.Status = execute.Done
		}
		at(1000, layer)
	}
	at(1100, execute.Event{ID: "Container shop-database-with-a-long-name-1", Host: "h3", Status: execute.Working, Text: "Starting"})
	at(1200, execute.Event{ID: "Container shop-web-1", Host: "frankfurt-3.example.com", Status: execute.Warning, Text: "Skipped", Details: "optional dependency cache failed to start"})
	at(1500, execute.Event{ID: "Container shop-web-2", Host: "h2", Status: execute.Error, Text: "Error", Details: "port \x1b[2J80 is taken by nginx, which isn't part of this project, and has been for a long while"})
	return b, start.Add(2345 * time.Millisecond)
}

func TestFrameGolden(t *testing.T) {
	for _, width := range []int{60, 80, 200} {
		t.Run(fmt.Sprint(width), func(t *testing.T) {
			b, now := story()
			s := screen{title: "up", width: width - 1, height: 24}
			golden.Assert(t, strings.Join(s.frame(b, now), "\n")+"\n", fmt.Sprintf("frame-%d.golden", width))
		})
	}
}

func TestFrameInColour(t *testing.T) {
	b, now := story()
	s := screen{title: "up", width: 79, height: 24, colour: true}
	golden.Assert(t, strings.Join(s.frame(b, now), "\n")+"\n", "frame-colour.golden")
}

func TestFrameFitsHeight(t *testing.T) {
	b := newBoard()
	now := time.Now()
	for i := range 30 {
		b.apply(execute.Event{ID: fmt.Sprintf("Container c-%d", i), Status: execute.Done, Text: "Started"}, now)
	}
	b.apply(execute.Event{ID: "Container late", Status: execute.Working, Text: "Starting"}, now)
	lines := screen{title: "up", width: 79, height: 10}.frame(b, now)
	assert.Equal(t, len(lines), 9)
	assert.Equal(t, lines[0], "[+] up 30/31")
	assert.Equal(t, lines[8], "   … and 24 more")
	assert.Assert(t, strings.Contains(lines[7], "late"), "what is at work stays in sight")
}

// TestFrameNeverWiderThanScreen holds for every width and whatever hosts say.
func TestFrameNeverWiderThanScreen(t *testing.T) {
	text := rapid.String()
	rapid.Check(t, func(t *rapid.T) {
		b := newBoard()
		now := time.Now()
		for range rapid.IntRange(1, 8).Draw(t, "rows") {
			b.apply(execute.Event{
				ID: text.Draw(t, "id"), Host: text.Draw(t, "host"), Text: text.Draw(t, "text"), Details: text.Draw(t, "details"),
				Status: rapid.SampledFrom([]execute.EventStatus{execute.Working, execute.Done, execute.Error}).Draw(t, "status"),
			}, now)
		}
		width := rapid.IntRange(60, 200).Draw(t, "width")
		s := screen{title: "up", width: width - 1, height: rapid.IntRange(0, 20).Draw(t, "height"), colour: rapid.Bool().Draw(t, "colour")}
		for _, line := range s.frame(b, now) {
			assert.Assert(t, printedWidth(line) < width, "%q", line)
			assert.Assert(t, !strings.ContainsAny(uncoloured(line), "\x1b\n\r\a"), "%q", line)
		}
	})
}

func TestMiddle(t *testing.T) {
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"shop-web-1", 10, "shop-web-1"},
		{"shop-database-1", 10, "shop…ase-1"},
		{"ab", 1, "…"},
	} {
		got := middle(c.in, c.width)
		assert.Equal(t, got, c.want)
		assert.Assert(t, runewidth.StringWidth(got) <= c.width)
	}
}

// screenOf is a terminal that counts writes.
type screenOf struct {
	writes []string
	err    error
}

func (s *screenOf) Write(p []byte) (int, error) {
	s.writes = append(s.writes, string(p))
	return len(p), s.err
}

func TestLiveHidesAndShowsCursor(t *testing.T) {
	out := &screenOf{}
	l := newLive(Options{Title: "up", Out: out}, time.Now)
	l.Event(execute.Event{ID: "Container a", Status: execute.Working, Text: "Starting"})
	l.Event(execute.Event{ID: "Container a", Status: execute.Done, Text: "Started"})
	l.Flush()
	l.Flush()
	all := strings.Join(out.writes, "")
	assert.Assert(t, strings.HasPrefix(all, "\x1b[?25l"))
	assert.Assert(t, strings.HasSuffix(all, "\x1b[?25h"))
	for _, frame := range out.writes {
		assert.Equal(t, strings.Count(frame, "[+] up"), 1, "a frame is one write: %q", frame)
	}
	last := out.writes[len(out.writes)-1]
	assert.Assert(t, strings.Contains(last, "Started"))
}

func TestLiveOutlivesItsTerminal(t *testing.T) {
	l := newLive(Options{Title: "up", Out: &screenOf{err: errors.New("gone")}}, time.Now)
	l.Event(execute.Event{ID: "Container a", Status: execute.Working, Text: "Starting"})
	l.Flush()
}

func TestLiveWithoutEventsIsSilent(t *testing.T) {
	out := &screenOf{}
	newLive(Options{Out: out}, time.Now).Flush()
	assert.Equal(t, len(out.writes), 0)
}

// TestAside: what others write stands above the rows, and isn't drawn over.
func TestAside(t *testing.T) {
	var out strings.Builder
	now := time.Now()
	l := newLive(Options{Out: &out, Title: "up"}, func() time.Time { return now })
	l.Aside(func() { out.WriteString("first\n") })
	l.board.apply(execute.Event{ID: "Host h1", Status: execute.Working, Text: "Waiting"}, now)
	l.write(true)
	before := out.Len()
	l.Aside(func() { out.WriteString("second\n") })
	l.write(false)
	assert.Assert(t, strings.HasPrefix(out.String(), "first\n"), "%q", out.String())
	after := out.String()[before:]
	assert.Assert(t, strings.HasPrefix(after, "\x1b[2A\r\x1b[0Jsecond\n\x1b[?25l\r[+] up"), "%q", after)
}
