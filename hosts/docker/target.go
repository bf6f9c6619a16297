package docker

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/docker/go-connections/tlsconfig"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// target is a resolved endpoint: what to dial, and with which TLS.
type target struct {
	url *url.URL
	tls *tls.Config
	// ca is the file that certificates are checked against, for messages.
	ca string
	// ssh are files of ssh.
	ssh hosts.SSH
}

// resolve finds what an endpoint stands for. It reads files, but dials nothing.
func resolve(endpoint hosts.Endpoint, env Environment) (target, error) {
	if endpoint.Context != "" && endpoint.Context != defaultContext {
		return resolveContext(endpoint.Context, env)
	}
	if endpoint.Context == defaultContext {
		endpoint = defaultEndpoint(env)
	}
	config, err := readTLS(endpoint.TLS)
	if err != nil {
		return target{}, err
	}
	t, err := newTarget(endpoint.URL, config)
	if endpoint.TLS != nil {
		t.ca = endpoint.TLS.CA
	}
	t.ssh = endpoint.SSH
	return t, err
}

func readTLS(files *hosts.TLS) (*tls.Config, error) {
	if files == nil {
		return nil, nil
	}
	c, err := tlsconfig.Client(tlsconfig.Options{
		CAFile: files.CA, CertFile: files.Cert, KeyFile: files.Key,
		InsecureSkipVerify: files.SkipVerify, ExclusiveRootPools: true,
	})
	if err != nil {
		return nil, fmt.Errorf("read tls files: %w", err)
	}
	return c, nil
}

func newTarget(endpoint string, config *tls.Config) (target, error) {
	if !strings.Contains(endpoint, "://") {
		endpoint = "tcp://" + endpoint
	}
	u, err := url.Parse(endpoint)
	if err != nil {
		return target{}, fmt.Errorf("parse endpoint: %w", errors.Unwrap(err))
	}
	t := target{url: u, tls: config}
	return t, t.check()
}

// check completes and validates the parts that its scheme needs.
func (t target) check() error {
	switch t.url.Scheme {
	case "unix":
		if !filepath.IsAbs(t.url.Path) || t.url.Host != "" {
			return fmt.Errorf("endpoint %s needs an absolute path, as in unix:///var/run/docker.sock", t.url)
		}
		return nil
	case "tcp", "ssh", schemeContainer:
		if t.url.Hostname() == "" {
			return fmt.Errorf("endpoint %s lacks a host, as in %s://10.0.0.11", t.url.Redacted(), t.url.Scheme)
		}
		return nil
	}
	return fmt.Errorf("endpoint %s has the unknown scheme %q: use unix, tcp or ssh", t.url.Redacted(), t.url.Scheme)
}

// redacted is the endpoint without a password that its URL may have.
func redacted(endpoint hosts.Endpoint) string {
	if u, err := url.Parse(endpoint.URL); err == nil && endpoint.Context == "" {
		return u.Redacted()
	}
	return "endpoint " + endpoint.Context
}

// scheme is the scheme of HTTP requests.
func (t target) scheme() string {
	if t.url.Scheme == "tcp" && t.tls != nil {
		return "https"
	}
	return "http"
}

// clientHost is the endpoint as the client wants it. Over SSH the host is of
// no use to HTTP, and may hold what HTTP would not accept.
func (t target) clientHost() string {
	switch t.url.Scheme {
	case "unix":
		return "unix://" + t.url.Path
	case "tcp":
		return "tcp://" + t.dialAddress() + t.url.Path
	}
	return "tcp://engine.invalid:80"
}

// dialAddress is HOST:PORT, with Docker's default ports.
func (t target) dialAddress() string {
	if t.url.Port() != "" {
		return t.url.Host
	}
	port := "2375"
	if t.tls != nil {
		port = "2376"
	}
	return net.JoinHostPort(t.url.Hostname(), port)
}

// address is how others reach the machine: "" where only this machine can.
func (t target) address() string {
	if t.url.Scheme == "unix" || t.url.Scheme == schemeContainer {
		return ""
	}
	return t.url.Hostname()
}
