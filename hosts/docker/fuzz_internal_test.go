package docker

import (
	"bytes"
	"testing"

	"gotest.tools/v3/assert"
)

// counted counts what it is given.
type counted struct{ bytes, frames int }

func (c *counted) begin()                      { c.frames++ }
func (c *counted) Write(p []byte) (int, error) { c.bytes += len(p); return len(p), nil }

// FuzzDemux takes any bytes for frames of an engine: it ends, and hands on no
// more than it got.
func FuzzDemux(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x02hi"))
	f.Add([]byte("\x02\x00\x00\x00\xff\xff\xff\xffhi"))
	f.Add([]byte("\x03\x00\x00\x00\xff\xff\xff\xffbroken"))
	f.Add([]byte("\x04\x00\x00\x00\x00\x00\x00\x00"))
	f.Add([]byte("\x01\x00"))
	f.Fuzz(func(t *testing.T, frames []byte) {
		var out, complaint counted
		_ = demux(bytes.NewReader(frames), &out, &complaint)
		assert.Assert(t, out.bytes+complaint.bytes+8*(out.frames+complaint.frames) <= len(frames))
	})
}
