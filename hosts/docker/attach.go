package docker

import (
	"context"
	"net/url"

	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// AttachContainer joins the streams to a container's own process until its
// output ends. The container may be one that hasn't started yet.
func (e *Engine) AttachContainer(ctx context.Context, name string, o hosts.AttachOptions, s hosts.Streams) error {
	defer closeInput(s.In)
	return e.do(ctx, "attach to container "+name, 0, func(ctx context.Context) error {
		return e.attach(ctx, name, o, s)
	})
}

func (e *Engine) attach(ctx context.Context, name string, o hosts.AttachOptions, s hosts.Streams) error {
	query := url.Values{"stream": {"1"}, "stdout": {"1"}, "stderr": {"1"}}
	if s.In != nil {
		query.Set("stdin", "1")
	}
	if o.DetachKeys != "" {
		query.Set("detachKeys", o.DetachKeys)
	}
	stream, err := e.upgrade(ctx, "/containers/"+url.PathEscape(name)+"/attach?"+query.Encode(), nil)
	if err != nil {
		return err
	}
	if o.Attached != nil {
		if err := o.Attached(); err != nil {
			_ = stream.Close()
			return err
		}
	}
	if o.Tty {
		defer followSize(ctx, s.Sizes, func(ctx context.Context, size hosts.TerminalSize) error {
			_, err := e.api.ContainerResize(ctx, name, client.ContainerResizeOptions{Height: size.Rows, Width: size.Columns})
			return err
		})()
	}
	return join(ctx, stream, o.Tty, s)
}
