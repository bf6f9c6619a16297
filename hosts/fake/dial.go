package fake

import (
	"context"
	"net"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// DialFunc answers connections to published ports.
type DialFunc func(ctx context.Context, p hosts.PublishedPort) (net.Conn, error)

// OnDial sets what answers connections to published ports.
func (e *Engine) OnDial(f DialFunc) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.dial = f
}

// DialPort connects to what [Engine.OnDial] says; nothing listens without it.
func (e *Engine) DialPort(ctx context.Context, p hosts.PublishedPort) (net.Conn, error) {
	e.mu.Lock()
	dial := e.dial
	e.mu.Unlock()
	if dial == nil {
		return nil, e.explain("DialPort", p.Protocol, &failure{hosts.ErrUnreachable, "connection refused"})
	}
	return dial(ctx, p)
}
