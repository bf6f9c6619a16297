package docker

import (
	"context"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// RunExec runs a command in a container, joined to the streams, and returns its
// exit code: 126 or 127 for one that can't be run, which the engine explains on
// its output. Where ctx ends or s.In fails the command is left alone.
func (e *Engine) RunExec(ctx context.Context, name string, o hosts.ExecOptions, s hosts.Streams) (code int, err error) {
	defer closeInput(s.In)
	err = e.do(ctx, "exec in container "+name, 0, func(ctx context.Context) error {
		id, err := e.createExec(ctx, name, o, s.In != nil, true)
		if err != nil {
			return err
		}
		if err := e.joinExec(ctx, id, o.Tty, s); err != nil {
			return err
		}
		ended, err := e.api.ExecInspect(ctx, id, client.ExecInspectOptions{})
		code = ended.ExitCode
		return err
	})
	return code, err
}

// StartExec runs a command in a container, and leaves it alone.
func (e *Engine) StartExec(ctx context.Context, name string, o hosts.ExecOptions) error {
	return e.short(ctx, "exec in container "+name, func(ctx context.Context) error {
		id, err := e.createExec(ctx, name, o, false, false)
		if err != nil {
			return err
		}
		_, err = e.api.ExecStart(ctx, id, client.ExecStartOptions{Detach: true, TTY: o.Tty})
		return err
	})
}

func (e *Engine) createExec(ctx context.Context, name string, o hosts.ExecOptions, in, out bool) (id string, err error) {
	created, err := e.api.ExecCreate(ctx, name, client.ExecCreateOptions{
		Cmd: o.Command, Env: o.Env, User: o.User, WorkingDir: o.WorkingDir, Privileged: o.Privileged,
		TTY: o.Tty, DetachKeys: o.DetachKeys, AttachStdin: in, AttachStdout: out, AttachStderr: out,
	})
	return created.ID, err
}

func (e *Engine) joinExec(ctx context.Context, id string, tty bool, s hosts.Streams) error {
	stream, err := e.upgrade(ctx, "/exec/"+id+"/start", container.ExecStartRequest{Tty: tty})
	if err != nil {
		return err
	}
	if tty {
		defer followSize(ctx, s.Sizes, func(ctx context.Context, size hosts.TerminalSize) error {
			_, err := e.api.ExecResize(ctx, id, client.ExecResizeOptions{Height: size.Rows, Width: size.Columns})
			return err
		})()
	}
	return join(ctx, stream, tty, s)
}
