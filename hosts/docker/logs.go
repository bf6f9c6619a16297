package docker

import (
	"cmp"
	"context"
	"io"

	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Logs calls line for each line of a container's log, from this goroutine,
// until the log ends or, following, the container stops. The end of ctx is an
// error, as it always is.
func (e *Engine) Logs(ctx context.Context, container string, o hosts.LogOptions, line func(hosts.LogLine)) error {
	return e.do(ctx, "read logs of container "+container, 0, func(ctx context.Context) error {
		return e.logs(ctx, container, o, line)
	})
}

func (e *Engine) logs(ctx context.Context, container string, o hosts.LogOptions, line func(hosts.LogLine)) error {
	inspected, err := e.api.ContainerInspect(ctx, container, client.ContainerInspectOptions{})
	if err != nil {
		return err
	}
	stream, err := e.api.ContainerLogs(ctx, container, client.ContainerLogsOptions{
		ShowStdout: true, ShowStderr: true, Timestamps: true,
		Follow: o.Follow, Tail: o.Tail, Since: o.Since, Until: o.Until,
	})
	if err != nil {
		return err
	}
	defer stream.Close()
	read := readFrames
	if c := inspected.Container.Config; c != nil && c.Tty {
		read = readRaw
	}
	err = read(stream, line)
	// The client closes the stream when ctx ends, and then a read fails in any
	// of several ways.
	return cmp.Or(ctx.Err(), err)
}

func readFrames(r io.Reader, line func(hosts.LogLine)) error {
	stdout, stderr := &lines{emit: line}, &lines{emit: line, stderr: true}
	err := demux(r, stdout, stderr)
	stdout.end()
	stderr.end()
	return err
}

// readRaw reads the log of a container with a terminal, which has no frames.
func readRaw(r io.Reader, line func(hosts.LogLine)) error {
	stdout := &lines{emit: line}
	_, err := io.Copy(stdout, r)
	stdout.end()
	return endOfStream(err)
}
