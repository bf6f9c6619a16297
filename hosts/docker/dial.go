package docker

import (
	"cmp"
	"context"
	"net"
	"net/netip"
	"slices"
	"strconv"

	"github.com/docker/cli/cli/connhelper/commandconn"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// DialPort connects to a TCP port that a container publishes on the host: over
// SSH through the connection that there is, in a container from within, else to
// the host's address. The context bounds the attempt.
func (e *Engine) DialPort(ctx context.Context, p hosts.PublishedPort) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, e.o.ConnectTimeout)
	defer cancel()
	ip, port := "", strconv.Itoa(int(p.HostPort))
	if a, err := netip.ParseAddr(p.HostIP); err == nil && !a.IsUnspecified() {
		ip = a.String()
	}
	switch l := e.link.(type) {
	case *sshLink:
		return l.forward(ctx, net.JoinHostPort(cmp.Or(ip, "127.0.0.1"), port))
	case *containerLink:
		return l.forward(ctx, cmp.Or(ip, "127.0.0.1"), port)
	}
	dialer := net.Dialer{}
	return dialer.DialContext(ctx, "tcp", net.JoinHostPort(cmp.Or(ip, e.host.Address, e.target.address(), "127.0.0.1"), port))
}

// forward makes a connection from the host to an address. It takes no place of
// a session: servers don't count these.
func (l *sshLink) forward(ctx context.Context, address string) (net.Conn, error) {
	m, err := l.master(ctx)
	if err != nil {
		return nil, err
	}
	m.sessions.Add(-1)
	args := slices.Concat([]string{"-o", "ControlMaster=no", "-o", "ControlPath=" + m.control, "-W", address}, m.flags, l.spec.Args())
	return commandconn.New(context.WithoutCancel(ctx), "ssh", args...)
}
