package buildx

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/url"
	"os"

	"github.com/docker/cli/cli/connhelper/commandconn"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// socket is the way to tcp://HOST:PORT or unix:///SOCKET.
func socket(a hosts.BuilderAddress, u *url.URL) (Dial, error) {
	network, where := u.Scheme, cmp.Or(u.Host, u.Path)
	var config *tls.Config
	if a.TLS != nil {
		var err error
		if config, err = clientTLS(*a.TLS, cmp.Or(a.ServerName, u.Hostname())); err != nil {
			return nil, fmt.Errorf("builder %s: %w", a.URL, err)
		}
	}
	return func(ctx context.Context) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, where)
		if err == nil && config != nil {
			conn, err = shakeHands(ctx, tls.Client(conn, config))
		}
		if err != nil {
			return nil, fmt.Errorf("reach the builder %s: %w", a.URL, err)
		}
		return conn, nil
	}, nil
}

// shakeHands makes sure of the other side at once, so that what is wrong with a
// certificate is told as it is.
func shakeHands(ctx context.Context, conn *tls.Conn) (net.Conn, error) {
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return conn, nil
}

// clientTLS trusts the authority of the files alone.
func clientTLS(files hosts.TLS, server string) (*tls.Config, error) {
	authority, err := os.ReadFile(files.CA)
	if err != nil {
		return nil, fmt.Errorf("read cacert: %w", err)
	}
	config := &tls.Config{ServerName: server, RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}}
	if !config.RootCAs.AppendCertsFromPEM(authority) {
		return nil, fmt.Errorf("cacert %s holds no certificate", files.CA)
	}
	if files.Cert == "" {
		return config, nil
	}
	own, err := tls.LoadX509KeyPair(files.Cert, files.Key)
	if err != nil {
		return nil, fmt.Errorf("read cert and key: %w", err)
	}
	config.Certificates = []tls.Certificate{own}
	return config, nil
}

// overSSH is the way to ssh://[USER@]HOST[:PORT][/SOCKET], where buildctl is.
func overSSH(u *url.URL) Dial {
	var args []string
	if user := u.User.Username(); user != "" {
		args = append(args, "-l", user)
	}
	if u.Port() != "" {
		args = append(args, "-p", u.Port())
	}
	args = append(args, "--", u.Hostname(), "buildctl")
	if u.Path != "" {
		args = append(args, "--addr", "unix://"+u.Path)
	}
	args = append(args, "dial-stdio")
	return func(ctx context.Context) (net.Conn, error) {
		conn, err := commandconn.New(context.WithoutCancel(ctx), "ssh", args...)
		if err != nil {
			return nil, fmt.Errorf("reach the builder %s: %w", u, err)
		}
		return conn, nil
	}
}
