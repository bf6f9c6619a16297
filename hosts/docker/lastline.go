package docker

import (
	"context"

	"github.com/moby/moby/client"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// LastLine is the last line that a container without a terminal wrote to either
// stream, the zero line where it wrote none. It is one request.
func (e *Engine) LastLine(ctx context.Context, container string) (last hosts.LogLine, err error) {
	err = e.short(ctx, "read last line of container "+container, func(ctx context.Context) error {
		stream, err := e.api.ContainerLogs(ctx, container, client.ContainerLogsOptions{
			ShowStdout: true, ShowStderr: true, Timestamps: true, Tail: "1",
		})
		if err != nil {
			return err
		}
		defer stream.Close()
		return readFrames(stream, func(l hosts.LogLine) { last = l })
	})
	return last, err
}
