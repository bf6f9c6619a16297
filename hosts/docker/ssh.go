package docker

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/cli/cli/connhelper/ssh"
)

// sshLink runs the user's own ssh, so that their configuration, agent, jump
// hosts and known hosts count. Sessions share a connection that is opened
// first: a handshake is paid once, and what ssh says of a failure is known
// before any HTTP. A further connection is opened only for more sessions than
// a server lets one connection have.
type sshLink struct {
	url   string
	spec  *ssh.Spec
	flags []string
	o     Options
	// turn is held by who chooses or opens a connection.
	turn turn
	// dir is the folder of the control sockets, nil before the first dial.
	dir     *sshDir
	masters []*sshMaster
	// closed refuses dials that HTTP goes on with after their request is over.
	closed bool
}

func newSSH(t target, o Options) (*sshLink, error) {
	u := t.url
	spec, err := ssh.NewSpec(u)
	if err != nil {
		return nil, err
	}
	// Checked before the first dial, too: what can't be quoted for a shell.
	if _, err := connhelper.GetConnectionHelper(u.String()); err != nil {
		return nil, err
	}
	seconds := max(1, int(o.ConnectTimeout/time.Second))
	flags := slices.Concat([]string{
		"-T", "-o", fmt.Sprintf("ConnectTimeout=%d", seconds),
		"-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=3",
	}, t.sshFlags(), o.SSHFlags)
	if !o.Interactive {
		flags = append(flags, "-o", "BatchMode=yes")
	}
	return &sshLink{url: u.String(), spec: spec, flags: flags, o: o, turn: newTurn()}, nil
}

// Dial starts a session that carries one connection to the remote engine.
func (l *sshLink) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	m, err := l.master(ctx)
	if err != nil {
		return nil, err
	}
	return m.session(ctx, network, address)
}

// master returns a connection with room for a session, which is counted.
func (l *sshLink) master(ctx context.Context) (*sshMaster, error) {
	ctx, cancel := context.WithTimeout(ctx, l.o.ConnectTimeout)
	defer cancel()
	if err := l.turn.take(ctx); err != nil {
		return nil, err
	}
	defer l.turn.give()
	if l.closed {
		return nil, net.ErrClosed
	}
	m, err := l.choose()
	if err != nil {
		return nil, err
	}
	if !m.open() {
		err = m.connect(ctx, l.spec.Args())
	}
	if err == nil {
		m.sessions.Add(1)
	}
	return m, err
}

// choose returns the first connection with room, a new one where none has it.
func (l *sshLink) choose() (*sshMaster, error) {
	for _, m := range l.masters {
		if m.sessions.Load() < maxSessions {
			return m, nil
		}
	}
	if l.dir == nil {
		dir, err := newSSHDir(os.TempDir(), time.Now())
		if err != nil {
			return nil, err
		}
		l.dir = dir
	}
	m, err := newMaster(filepath.Join(l.dir.path, strconv.Itoa(len(l.masters))), l.url, l.flags)
	if err == nil {
		l.masters = append(l.masters, m)
	}
	return m, err
}

// Close ends the connections.
func (l *sshLink) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), l.o.ConnectTimeout)
	defer cancel()
	if err := l.turn.take(ctx); err != nil {
		return err
	}
	defer l.turn.give()
	l.closed = true
	return l.disconnect(ctx)
}

// disconnect is for who has the turn.
func (l *sshLink) disconnect(ctx context.Context) error {
	for _, m := range l.masters {
		m.disconnect(ctx, l.spec.Args())
	}
	l.masters = nil
	if l.dir == nil {
		return nil
	}
	err := l.dir.remove()
	l.dir = nil
	return err
}

// sshError is a failed ssh, with what it said.
type sshError struct {
	cause error
	said  string
}

func (e *sshError) Error() string {
	if e.said == "" {
		return "ssh: " + e.cause.Error()
	}
	return "ssh: " + e.said
}

func (e *sshError) Unwrap() error { return e.cause }
