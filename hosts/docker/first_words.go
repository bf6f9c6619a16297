package docker

import (
	"bytes"
	"io"
)

// firstWords keeps the beginning of what passes through it.
type firstWords struct {
	kept  bytes.Buffer
	limit int
	// next receives all of it; it may be nil.
	next io.Writer
}

func (w *firstWords) String() string { return w.kept.String() }

func (w *firstWords) Write(b []byte) (int, error) {
	if room := w.limit - w.kept.Len(); room > 0 {
		w.kept.Write(b[:min(len(b), room)])
	}
	if w.next == nil {
		return len(b), nil
	}
	return w.next.Write(b)
}
