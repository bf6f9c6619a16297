package docker

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// bound limits what is read of an answer. A stream of bytes is not limited:
// its readers keep no more than a buffer of it.
func bound(r *http.Request, body io.ReadCloser) io.ReadCloser {
	switch stream, messages := streams(r); {
	case messages:
		return &boundedMessages{ReadCloser: body}
	case stream:
		return body
	}
	return &boundedAnswer{ReadCloser: body, left: maxAnswer}
}

// boundedAnswer fails once more than left bytes were read.
type boundedAnswer struct {
	io.ReadCloser
	left int64
}

func (b *boundedAnswer) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("the engine's answer is larger than %d MiB", maxAnswer>>20)
	}
	return n, err
}

// boundedMessages fails once a line is longer than maxMessage.
type boundedMessages struct {
	io.ReadCloser
	line int
}

func (b *boundedMessages) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if i := bytes.LastIndexByte(p[:n], '\n'); i >= 0 {
		b.line = n - i - 1
	} else {
		b.line += n
	}
	if b.line > maxMessage {
		return 0, fmt.Errorf("a message of the engine is larger than %d MiB", maxMessage>>20)
	}
	return n, err
}
