package docker

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Hijack asks for a stream of another protocol in both directions, over a
// connection that is made as any other is. The engine's BuildKit is behind
// /grpc, and calls back through /session. The caller closes the connection,
// which the end of ctx does not do.
func (e *Engine) Hijack(ctx context.Context, path, protocol string, header http.Header) (net.Conn, error) {
	var conn net.Conn
	err := e.do(ctx, "open "+path, 0, func(ctx context.Context) (err error) {
		conn, err = e.hijack(ctx, path, protocol, header)
		return err
	})
	return conn, err
}

// hijack sends no body: engines leave what they have read of one behind.
func (e *Engine) hijack(ctx context.Context, path, protocol string, header http.Header) (net.Conn, error) {
	url := e.target.scheme() + "://" + e.requestHost() + "/v" + e.api.ClientVersion() + path
	// The transport ends a connection with the context of its request.
	r, err := http.NewRequestWithContext(context.WithoutCancel(ctx), http.MethodPost, url, nil)
	if err != nil {
		return nil, err
	}
	for name, values := range header {
		r.Header[http.CanonicalHeaderKey(name)] = values
	}
	r.Header.Set("Connection", "Upgrade")
	r.Header.Set("Upgrade", protocol)
	stream, err := e.switched(r)
	if err != nil {
		return nil, err
	}
	return &streamConn{duplex: stream, to: address(e.requestHost())}, nil
}

// switched sends a request, and returns the stream that its connection becomes.
func (e *Engine) switched(r *http.Request) (duplex, error) {
	response, err := e.http.Do(r)
	if err != nil {
		return nil, err
	}
	if response.StatusCode == http.StatusSwitchingProtocols {
		if stream, ok := response.Body.(duplex); ok {
			return stream, nil
		}
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		return nil, answerError(response)
	}
	return nil, fmt.Errorf("the engine, or a proxy before it, answered %s where a stream was asked for", response.Status)
}

// streamConn is a stream for those who want a connection. It has no deadlines:
// who uses it closes it instead.
type streamConn struct {
	duplex
	to address
}

func (c *streamConn) LocalAddr() net.Addr              { return address("here") }
func (c *streamConn) RemoteAddr() net.Addr             { return c.to }
func (c *streamConn) SetDeadline(time.Time) error      { return nil }
func (c *streamConn) SetReadDeadline(time.Time) error  { return nil }
func (c *streamConn) SetWriteDeadline(time.Time) error { return nil }

// address is one for messages.
type address string

func (a address) Network() string { return "engine" }
func (a address) String() string  { return string(a) }
