package terminal

import (
	"errors"
	"fmt"
	"io"

	"github.com/moby/term"
	"github.com/muesli/cancelreader"
)

// ErrDetached is what reading a keyboard ends with once the user has typed the
// keys that detach.
var ErrDetached = errors.New("read escape sequence")

// defaultDetachKeys are Docker's: Ctrl-P, Ctrl-Q.
const defaultDetachKeys = "ctrl-p,ctrl-q"

// Keyboard reads what the user types.
type Keyboard struct {
	// source is nil where a read never waits, as that of a file.
	source cancelreader.CancelReader
	reader io.Reader
}

// NewKeyboard reads a stream as it is.
func NewKeyboard(stream io.Reader) *Keyboard {
	source, err := cancelreader.NewReader(stream)
	if err != nil { // not a terminal, pipe or socket
		return &Keyboard{reader: stream}
	}
	return &Keyboard{source: source, reader: source}
}

// Detaching makes a keyboard end with [ErrDetached] where the user types the
// keys, such as "ctrl-p,ctrl-q"; "" is Docker's default.
func (k *Keyboard) Detaching(keys string) error {
	if keys == "" {
		keys = defaultDetachKeys
	}
	sequence, err := term.ToBytes(keys)
	if err != nil {
		return fmt.Errorf("invalid detach keys (%s) provided: %w", keys, err)
	}
	k.reader = term.NewEscapeProxy(k.reader, sequence)
	return nil
}

// Read implements [io.Reader].
func (k *Keyboard) Read(p []byte) (int, error) {
	n, err := k.reader.Read(p)
	if errors.As(err, &term.EscapeError{}) {
		err = ErrDetached
	}
	return n, err
}

// Close ends a read that waits, and leaves the stream itself open.
func (k *Keyboard) Close() error {
	if k.source != nil {
		k.source.Cancel()
	}
	return nil
}

// Release gives up what [Keyboard.Close] needs. Nobody may be reading any more.
func (k *Keyboard) Release() {
	if k.source != nil {
		_ = k.source.Close()
	}
}
