package depot

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// awaitLimit is how long Await waits for its depot.
const awaitLimit = time.Minute

// Reach joins the streams with the depot at a port of this host. It ends with
// either.
func Reach(ctx context.Context, port string, in io.Reader, out io.Writer) error {
	conn, err := (&net.Dialer{Timeout: dialLimit}).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return fmt.Errorf("reach depot: %w", err)
	}
	return join(ctx, conn, in, out)
}

// Await tells on a line of its own at which port of this host it listens, for
// this host alone, and joins the streams with the first who connects. It ends
// with either.
func Await(ctx context.Context, in io.Reader, out io.Writer) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("await depot: %w", err)
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err == nil {
		_, err = fmt.Fprintln(out, port)
	}
	if err != nil {
		return fmt.Errorf("await depot: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stop()
	late := time.AfterFunc(awaitLimit, func() { _ = listener.Close() })
	conn, err := listener.Accept()
	late.Stop()
	if err != nil {
		return fmt.Errorf("await depot: %w", err)
	}
	return join(ctx, conn, in, out)
}

// join copies both ways until one of them ends. What reads in may outlive it,
// while nobody writes.
func join(ctx context.Context, conn net.Conn, in io.Reader, out io.Writer) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	go func() {
		_, _ = io.Copy(conn, in)
		_ = conn.Close() // which ends the other way
	}()
	_, err := io.Copy(out, conn)
	_ = conn.Close()
	if errors.Is(err, net.ErrClosed) || errors.Is(err, syscall.ECONNRESET) {
		return nil
	}
	return err
}
