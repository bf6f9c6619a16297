package docker

import (
	"context"
	"io"
)

// duplex is a stream in both directions, of which each ends by itself.
type duplex interface {
	io.ReadWriteCloser
	// CloseWrite tells the other side that nothing more will be sent.
	CloseWrite() error
}

// upgrade sends a request whose connection then is a stream in both
// directions. The connection is made as any other is, and so reaches the engine
// through TLS, a proxy or SSH; the client would dial one of its own. The caller
// closes the stream, which the end of ctx does not do.
func (e *Engine) upgrade(ctx context.Context, path string, body any) (duplex, error) {
	r, err := e.request(ctx, path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", "tcp")
	return e.switched(r)
}
