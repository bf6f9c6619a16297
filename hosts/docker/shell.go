package docker

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// sshFailed is the exit code by which ssh says that it failed itself.
const sshFailed = 255

// shellGrace is how long a session may take to end after its context has.
const shellGrace = 2 * time.Second

// RunShell gives a command to the login shell of the host's user, outside of
// containers, and returns its exit code. It goes the way that the engine is
// reached by: over SSH, or in the container that the engine runs in; another
// endpoint has no shell, and is an error that matches [errors.ErrUnsupported].
func (e *Engine) RunShell(ctx context.Context, command string, s hosts.ShellStreams) (code int, err error) {
	const op = "run a command"
	l, ok := e.link.(interface {
		run(ctx context.Context, command string, s hosts.ShellStreams) (int, error)
	})
	if !ok {
		return 0, &hosts.Error{
			Host: e.host.Name, Op: op, Err: fmt.Errorf("%w by %s", errors.ErrUnsupported, redacted(e.host.Endpoint)),
			Hint: "only hosts with an endpoint such as ssh://root@10.0.0.11 have a shell",
		}
	}
	start := time.Now()
	code, err = l.run(ctx, command, s)
	return code, e.explain(op, time.Since(start), err)
}

// Reconnect ends the connections to the host; the next call logs in anew, with
// the groups that its user has by then.
func (e *Engine) Reconnect(ctx context.Context) error {
	e.transport.base.CloseIdleConnections()
	if l, ok := e.link.(*sshLink); ok {
		return l.reset(ctx)
	}
	return nil
}

func (l *sshLink) run(ctx context.Context, command string, s hosts.ShellStreams) (int, error) {
	m, err := l.master(ctx)
	if err != nil {
		return 0, asConnection(ctx, err)
	}
	defer m.sessions.Add(-1)
	args := slices.Concat([]string{"-o", "ControlMaster=no", "-o", "ControlPath=" + m.control}, m.flags, l.spec.Args(), []string{command})
	said := &firstWords{limit: 4096, next: s.Err}
	c := exec.CommandContext(ctx, "ssh", args...)
	c.Stdin, c.Stdout, c.Stderr, c.WaitDelay = s.In, s.Out, said, shellGrace
	err = c.Run()
	exit, ended := errors.AsType[*exec.ExitError](err)
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case ended && exit.ExitCode() == sshFailed:
		return 0, &connectionError{cause: &sshError{cause: err, said: said.String()}}
	case ended:
		return exit.ExitCode(), nil
	}
	return 0, err
}

// asConnection makes what ssh said of a failed login known as such.
func asConnection(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &connectionError{cause: err}
}

// reset ends the connections, and lets new ones be opened.
func (l *sshLink) reset(ctx context.Context) error {
	if err := l.turn.take(ctx); err != nil {
		return err
	}
	defer l.turn.give()
	return l.disconnect(ctx)
}
