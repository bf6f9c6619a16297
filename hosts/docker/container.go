package docker

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"

	"github.com/moby/moby/api/types/container"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// schemeContainer is that of an engine in a container: container://NAME, where
// the container is one of the engine that is the current Docker context.
const schemeContainer = "container"

// containerLink reaches an engine that runs in a container of another engine,
// through commands in that container. It needs no port, no address and no
// certificate, so that it works wherever the outer engine is.
type containerLink struct {
	outer     *Engine
	container string
}

func newContainerLink(t target, o Options) (*containerLink, error) {
	endpoint, _, err := Current(o.Environment)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(endpoint.URL); err == nil && u.Scheme == schemeContainer {
		return nil, errors.New("the current Docker context is a container itself")
	}
	o.Answers = nil
	outer, err := Open(hosts.Host{Name: "of container " + t.url.Hostname(), Endpoint: endpoint}, o)
	if err != nil {
		return nil, err
	}
	return &containerLink{outer, t.url.Hostname()}, nil
}

// Dial makes a connection to the engine's socket.
func (l *containerLink) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return l.outer.dialExec(ctx, l.container, "docker", "system", "dial-stdio")
}

// forward makes a connection to a port, as seen from inside.
func (l *containerLink) forward(ctx context.Context, ip, port string) (net.Conn, error) {
	return l.outer.dialExec(ctx, l.container, "nc", ip, port)
}

// run gives a command to the container's shell.
func (l *containerLink) run(ctx context.Context, command string, s hosts.ShellStreams) (int, error) {
	streams := hosts.Streams{Out: s.Out, Err: s.Err}
	if s.In != nil {
		streams.In = io.NopCloser(s.In)
	}
	return l.outer.RunExec(ctx, l.container, hosts.ExecOptions{Command: []string{"sh", "-c", command}}, streams)
}

// Close ends the connections to the outer engine.
func (l *containerLink) Close() error { return l.outer.Close() }

// dialExec runs a command in a container, whose standard input and output are
// the connection. The context bounds its start alone.
func (e *Engine) dialExec(ctx context.Context, name string, command ...string) (conn net.Conn, err error) {
	err = e.do(ctx, "exec in container "+name, e.o.ConnectTimeout, func(ctx context.Context) error {
		id, err := e.createExec(ctx, name, hosts.ExecOptions{Command: command}, true, true)
		if err != nil {
			return err
		}
		// The transport ends a connection with the context of its request.
		stream, err := e.upgrade(context.WithoutCancel(ctx), "/exec/"+id+"/start", container.ExecStartRequest{})
		if err != nil {
			return err
		}
		conn = newExecConn(stream, address(name))
		return nil
	})
	return conn, err
}

// execConn is the connection that a command carries. Its output comes in frames.
type execConn struct {
	streamConn
	out *io.PipeReader
}

func newExecConn(stream duplex, to address) *execConn {
	out, in := io.Pipe()
	go func() {
		said := &firstWords{limit: 4096}
		err := demux(stream, plain{in}, plain{said})
		if text := strings.TrimSpace(said.String()); err == nil && text != "" {
			err = &execError{text}
		}
		_ = in.CloseWithError(err) // nil is the end of the stream
	}()
	return &execConn{streamConn{stream, to}, out}
}

func (c *execConn) Read(b []byte) (int, error) { return c.out.Read(b) }

func (c *execConn) Close() error {
	return errors.Join(c.out.Close(), c.streamConn.Close())
}

// execError is what a command said that carries no connection any more.
type execError struct{ said string }

func (e *execError) Error() string { return e.said }

// diagnoseContainer says why an engine in a container isn't reached.
func (t target) diagnoseContainer(cause error) *failure {
	name := t.url.Hostname()
	said, ended := errors.AsType[*execError](cause)
	outer, answered := errors.AsType[*hosts.Error](cause)
	switch {
	case errors.Is(cause, hosts.ErrNotFound):
		return &failure{text: "there is no container " + name, hint: "is the current Docker context the one that it was made with?"}
	case ended && !strings.Contains(said.said, "not found"):
		return &failure{text: "its engine is not running", hint: "see: docker logs " + name}
	case answered:
		return &failure{text: lastLine(outer.Err.Error()), hint: "see: docker ps -a"}
	}
	return &failure{text: lastLine(cause.Error())}
}
