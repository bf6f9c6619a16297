package docker

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const stamp = "2024-01-02T03:04:05.000000006Z"

func frame(stream byte, text string) []byte {
	b := []byte{stream, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint32(b[4:], uint32(len(text)))
	return append(b, text...)
}

// printed are the lines that a reader makes, as "stream|text", with "+" where
// a part follows.
func printed(t assert.TestingT, read func(io.Reader, func(hosts.LogLine)) error, r io.Reader) []string {
	var all []string
	err := read(r, func(l hosts.LogLine) {
		stream, more := "out", ""
		if l.Stderr {
			stream = "err"
		}
		if l.Partial {
			more = "+"
		}
		assert.Check(t, l.Time.Equal(time.Date(2024, 1, 2, 3, 4, 5, 6, time.UTC)), "%s", l.Time)
		all = append(all, stream+"|"+string(l.Text)+more)
	})
	assert.NilError(t, err)
	return all
}

func TestFrames(t *testing.T) {
	var b bytes.Buffer
	b.Write(frame(1, stamp+" one\n"))
	b.Write(frame(2, stamp+" two\n"))
	b.Write(frame(1, stamp+" \n"))
	b.Write(frame(1, stamp+" long "))
	b.Write(frame(2, stamp+" between\n"))
	b.Write(frame(1, stamp+" line\n"))
	b.Write(frame(1, stamp+" unfinished"))
	want := []string{"out|one", "err|two", "out|", "err|between", "out|long line", "out|unfinished"}
	assert.Check(t, cmp.DeepEqual(printed(t, readFrames, bytes.NewReader(b.Bytes())), want))
	assert.Check(t, cmp.DeepEqual(printed(t, readFrames, iotest.OneByteReader(bytes.NewReader(b.Bytes()))), want))
}

func TestTerminal(t *testing.T) {
	log := stamp + " one\r\n" + stamp + " two\r\n" + stamp + " $ "
	assert.Check(t, cmp.DeepEqual(printed(t, readRaw, strings.NewReader(log)), []string{"out|one\r", "out|two\r", "out|$ "}))
}

func TestLinesWithoutStamps(t *testing.T) {
	var all []string
	collect := func(l hosts.LogLine) { all = append(all, string(l.Text)) }
	text := "no-stamp-here " + strings.Repeat("x", 60) + "\nshort\n"
	for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
		all = nil
		assert.NilError(t, readRaw(r, collect))
		assert.Check(t, cmp.DeepEqual(strings.Join(all, "\n")+"\n", text))
	}
}

func TestLongLinesComeInParts(t *testing.T) {
	for _, size := range []int{maxLine - 1, maxLine, maxLine + 1, 3 * maxLine} {
		text := strings.Repeat("x", size)
		var b bytes.Buffer
		for rest := text + "\n"; rest != ""; {
			n := min(len(rest), 16<<10)
			b.Write(frame(1, stamp+" "+rest[:n]))
			rest = rest[n:]
		}
		lines := printed(t, readFrames, &b)
		assert.Check(t, cmp.Len(lines, (size+maxLine-1)/maxLine), "%d", size)
		var whole string
		for i, l := range lines {
			part := strings.TrimPrefix(l, "out|")
			assert.Check(t, cmp.Equal(strings.HasSuffix(part, "+"), i < len(lines)-1))
			whole += strings.TrimSuffix(part, "+")
		}
		assert.Check(t, whole == text)
	}
}

// Whatever is logged, and however it is cut into frames and reads, the same
// text comes out.
func TestAnyFraming(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOf(rapid.StringMatching(`[a-z :0-9T.-]{0,40}`)).Draw(t, "lines")
		var b bytes.Buffer
		var want []string
		for _, text := range texts {
			stream := rapid.SampledFrom([]byte{1, 2}).Draw(t, "stream")
			want = append(want, map[byte]string{1: "out|", 2: "err|"}[stream]+text)
			for rest := text + "\n"; rest != ""; {
				n := rapid.IntRange(1, len(rest)).Draw(t, "cut")
				b.Write(frame(stream, stamp+" "+rest[:n]))
				rest = rest[n:]
			}
		}
		var r io.Reader = &b
		if rapid.Bool().Draw(t, "slow") {
			r = iotest.OneByteReader(r)
		}
		got := printed(t, readFrames, r)
		assert.Equal(t, fmt.Sprintf("%q", got), fmt.Sprintf("%q", want))
	})
}

func TestHostileFrames(t *testing.T) {
	ignore := func(hosts.LogLine) {}
	assert.Check(t, cmp.ErrorContains(readFrames(strings.NewReader("<html>no frames</html>"), ignore), "unknown stream 60"))
	assert.Check(t, cmp.ErrorContains(readFrames(bytes.NewReader(frame(3, "disk failed")), ignore), "the engine broke off: disk failed"))
	huge := []byte{1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 'x'}
	assert.NilError(t, readFrames(bytes.NewReader(huge), ignore), "a frame that breaks off ends the log")
	assert.Check(t, cmp.ErrorContains(readFrames(iotest.ErrReader(io.ErrClosedPipe), ignore), "closed pipe"))
}

func TestOutputIsBounded(t *testing.T) {
	var h head
	for range 5 {
		n, err := h.Write(make([]byte, maxOutput/2))
		assert.NilError(t, err)
		assert.Equal(t, n, maxOutput/2)
	}
	assert.Equal(t, len(h.b), maxOutput)
}
