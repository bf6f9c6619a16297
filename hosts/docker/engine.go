// Package docker talks to one Docker Engine for each host: it is the adapter
// behind the engine interfaces of compose, and the only importer of the Moby
// client. An [Engine] is made by [Open] without any traffic; the first call
// dials, agrees on an API version (1.40 to 1.56) and keeps its connections
// until [Engine.Close].
//
// Every call ends: by its context, by [Options.CallTimeout] where the call is
// short, and by the connect timeout. What an engine sends is bounded, so that
// a hostile or broken one costs an error and not the memory of the machine.
// Errors are [hosts.Error] and match hosts.ErrNotFound, hosts.ErrConflict and
// hosts.ErrUnreachable.
package docker

import (
	"net/http"
	"sync"
	"time"

	"github.com/docker/cli/cli/config/configfile"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Engine is one host's Docker Engine. It is safe for concurrent use.
type Engine struct {
	host   hosts.Host
	target target
	o      Options

	api       *client.Client
	http      *http.Client
	transport *transport
	link      link

	negotiation turn
	negotiated  bool

	logins func() (*configfile.ConfigFile, error)
}

// Open prepares an engine; nothing is sent before the first call. It fails
// where the endpoint is malformed, its Docker context does not exist or its
// TLS files can't be read.
func Open(h hosts.Host, o Options) (*Engine, error) {
	o = o.withDefaults()
	e := &Engine{host: h, o: o, negotiation: newTurn(), logins: sync.OnceValues(o.Environment.loadConfig)}
	if err := e.open(); err != nil {
		return nil, &hosts.Error{Host: h.Name, Op: "open " + redacted(h.Endpoint), Err: err}
	}
	return e, nil
}

func (e *Engine) open() (err error) {
	if e.target, err = resolve(e.host.Endpoint, e.o.Environment); err != nil {
		return err
	}
	if e.link, err = newLink(e.target, e.o); err != nil {
		return err
	}
	e.transport = newTransport(e.target, e.link, e.o)
	if tell := e.o.Answers; tell != nil {
		e.transport.answered = func(r *http.Request, status int, took time.Duration, err error) {
			tell(Answer{Host: e.host.Name, Method: r.Method, Path: r.URL.Path, Status: status, Took: took, Err: err})
		}
	}
	e.http = &http.Client{Transport: e.transport, CheckRedirect: client.CheckRedirect}
	e.api, err = client.New(e.clientOptions()...)
	return err
}

func (e *Engine) clientOptions() []client.Opt {
	options := []client.Opt{
		// The host comes first: it insists on configuring a transport, which
		// ours then replaces.
		client.WithHost(e.target.clientHost()),
		client.WithHTTPClient(e.http),
		client.WithScheme(e.target.scheme()),
	}
	if v := e.o.Environment.APIVersion; v != "" {
		options = append(options, client.WithAPIVersion(v))
	}
	return options
}

// Close ends the connections, and the SSH connection that carried them.
func (e *Engine) Close() error {
	e.transport.base.CloseIdleConnections()
	return e.link.Close()
}
