package buildx

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"strings"
	"sync"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// dial opens a stream to the BuildKit in the container, by way of a command
// there that passes on what it reads.
func (v *vessel) dial(ctx context.Context) (net.Conn, error) {
	running, cancel := context.WithCancel(context.WithoutCancel(ctx))
	here, there := net.Pipe()
	p := &pipe{Conn: here, cancel: cancel, ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		var said bytes.Buffer
		code, err := v.engine.RunExec(running, v.name, hosts.ExecOptions{Command: []string{"buildctl", "dial-stdio"}},
			hosts.Streams{In: there, Out: there, Err: &head{to: &said}})
		if err == nil && code != 0 {
			err = fmt.Errorf("buildctl dial-stdio ended with %d: %s", code, strings.TrimSpace(said.String()))
		}
		p.fail(err)
		_ = there.Close()
	}()
	return p, nil
}

// pipe is a stream through a command.
type pipe struct {
	net.Conn
	cancel context.CancelFunc
	ended  chan struct{}

	mu  sync.Mutex
	err error
}

func (p *pipe) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.err = err
}

// Read tells, where the command has failed, why.
func (p *pipe) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	if err == nil {
		return n, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return n, p.err
	}
	return n, err
}

// Close ends the command, too.
func (p *pipe) Close() error {
	err := p.Conn.Close()
	p.cancel()
	<-p.ended
	return err
}

// head keeps the first bytes of what a command complains of.
type head struct{ to *bytes.Buffer }

func (h *head) Write(b []byte) (int, error) {
	const most = 4 << 10
	h.to.Write(b[:min(len(b), max(0, most-h.to.Len()))])
	return len(b), nil
}
