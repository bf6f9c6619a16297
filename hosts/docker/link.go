package docker

import (
	"context"
	"net"
	"time"
)

// link is what connections to a host are made through.
type link interface {
	// Dial has the shape of [net.Dialer.DialContext]; what it dials is fixed.
	Dial(ctx context.Context, network, address string) (net.Conn, error)
	Close() error
}

func newLink(t target, o Options) (link, error) {
	dialer := net.Dialer{Timeout: o.ConnectTimeout, KeepAlive: 30 * time.Second}
	switch t.url.Scheme {
	case "unix":
		return &direct{dialer, "unix", t.url.Path}, nil
	case "ssh":
		return newSSH(t, o)
	case schemeContainer:
		return newContainerLink(t, o)
	}
	return &direct{dialer: dialer}, nil
}

// direct dials a socket, or where none is fixed the address it is asked for:
// the engine's, or its proxy's.
type direct struct {
	dialer           net.Dialer
	network, address string
}

func (d *direct) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if d.address != "" {
		network, address = d.network, d.address
	}
	return d.dialer.DialContext(ctx, network, address)
}

func (d *direct) Close() error { return nil }
