package docker

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// join copies between a process and its user until the process's output ends,
// ctx does, or the user's input fails. It closes the stream and s.In, and leaves
// no goroutine behind.
func join(ctx context.Context, stream duplex, tty bool, s hosts.Streams) error {
	defer stream.Close()
	release := context.AfterFunc(ctx, func() { _ = stream.Close() })
	defer release()
	in := newInput(stream, s.In)
	err := receive(stream, tty, s)
	return cmp.Or(in.end(), ctx.Err(), err)
}

// receive copies the process's output. One with a terminal has no frames.
func receive(stream io.Reader, tty bool, s hosts.Streams) error {
	if tty {
		_, err := io.Copy(orDiscard(s.Out), stream)
		return endOfStream(err)
	}
	return demux(stream, plain{orDiscard(s.Out)}, plain{orDiscard(s.Err)})
}

func orDiscard(w io.Writer) io.Writer {
	if w == nil {
		return io.Discard
	}
	return w
}

// plain receives frames without a mark between them.
type plain struct{ io.Writer }

func (plain) begin() {}

// input copies what the user types to a process.
type input struct {
	from io.ReadCloser
	done chan struct{}
	// failure is why from could not be read, before the stream ends for it.
	failure chan error
}

func newInput(stream duplex, from io.ReadCloser) *input {
	in := &input{from: from, done: make(chan struct{}), failure: make(chan error, 1)}
	if from == nil {
		close(in.done)
		return in
	}
	go func() {
		defer close(in.done)
		in.copy(stream)
	}()
	return in
}

// copy passes the end of the input on, and ends the stream where the input
// fails. That nobody takes the input is no failure: the process has ended, or
// doesn't read.
func (in *input) copy(stream duplex) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := in.from.Read(buffer)
		if n > 0 {
			if _, sendErr := stream.Write(buffer[:n]); sendErr != nil {
				return
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			_ = stream.CloseWrite()
			return
		case err != nil:
			in.failure <- err
			_ = stream.Close()
			return
		}
	}
}

// end is called once the output has ended. An input that only fails because it
// is closed here hasn't failed.
func (in *input) end() error {
	var err error
	select {
	case err = <-in.failure:
	default:
	}
	closeInput(in.from)
	<-in.done
	return err
}

// closeInput ends a read of the input that waits.
func closeInput(in io.ReadCloser) {
	if in != nil {
		_ = in.Close()
	}
}
