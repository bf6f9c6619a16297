package buildkit

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/moby/buildkit/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// dialOwn opens streams to a BuildKit of its own, at tcp://HOST:PORT or
// unix:///SOCKET.
func dialOwn(address string) func(context.Context) (net.Conn, error) {
	network, where, _ := strings.Cut(address, "://")
	return func(ctx context.Context) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, where)
		if err != nil {
			return nil, fmt.Errorf("reach the builder %s: %w", address, err)
		}
		return conn, nil
	}
}

// archiveExport has the image written as an archive that engines load.
func archiveExport(spec hosts.BuildSpec, to io.WriteCloser) client.ExportEntry {
	return client.ExportEntry{
		Type: "docker", Attrs: map[string]string{"name": joined(spec.Tags)},
		Output: func(map[string]string) (io.WriteCloser, error) { return to, nil },
	}
}

// deliver has the engine load what a build writes, as it is written. The error
// is that of whichever failed first.
func (b *Builder) deliver(ctx context.Context, spec hosts.BuildSpec, build func(to io.WriteCloser) error) error {
	archive, to := io.Pipe()
	loaded := make(chan error, 1)
	go func() {
		err := b.engine.LoadImage(ctx, spec.Tags[0], archive)
		loaded <- err
		_ = archive.CloseWithError(fmt.Errorf("the engine has ended the transfer: %w", io.ErrClosedPipe))
	}()
	failed := build(to)
	select {
	case err := <-loaded:
		if err != nil {
			return err
		}
		return failed
	default:
	}
	_ = to.CloseWithError(failed)
	if err := <-loaded; failed == nil {
		return err
	}
	return failed
}
