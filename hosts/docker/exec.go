package docker

import (
	"context"

	"github.com/moby/moby/api/types/container"
	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// maxOutput bounds what is kept of each stream of a command.
const maxOutput = 1 << 20

// Exec runs a command in a container to its end. A command that fails is no
// error: its exit code says so.
func (e *Engine) Exec(ctx context.Context, name string, command []string) (hosts.ExecResult, error) {
	var result hosts.ExecResult
	err := e.do(ctx, "exec in container "+name, 0, func(ctx context.Context) (err error) {
		result, err = e.exec(ctx, name, command)
		return err
	})
	return result, err
}

func (e *Engine) exec(ctx context.Context, name string, command []string) (hosts.ExecResult, error) {
	created, err := e.api.ExecCreate(ctx, name, client.ExecCreateOptions{Cmd: command, AttachStdout: true, AttachStderr: true})
	if err != nil {
		return hosts.ExecResult{}, err
	}
	var stdout, stderr head
	if err := e.runExec(ctx, created.ID, &stdout, &stderr); err != nil {
		return hosts.ExecResult{}, err
	}
	ended, err := e.api.ExecInspect(ctx, created.ID, client.ExecInspectOptions{})
	return hosts.ExecResult{ExitCode: ended.ExitCode, Stdout: stdout.b, Stderr: stderr.b}, err
}

// runExec reads the answer as a stream. The client would take the connection
// out of HTTP's hands, which is of use only where something is sent.
func (e *Engine) runExec(ctx context.Context, id string, stdout, stderr frameWriter) error {
	stream, err := e.post(ctx, "/exec/"+id+"/start", container.ExecStartRequest{})
	if err != nil {
		return err
	}
	defer stream.Close()
	return demux(stream, stdout, stderr)
}

// head keeps the first maxOutput bytes.
type head struct{ b []byte }

func (h *head) begin() {}

func (h *head) Write(p []byte) (int, error) {
	h.b = append(h.b, p[:min(len(p), maxOutput-len(h.b))]...)
	return len(p), nil
}
