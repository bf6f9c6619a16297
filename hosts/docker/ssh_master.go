package docker

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/docker/cli/cli/connhelper"
)

// maxSessions is what one connection carries. Servers allow ten by default,
// and what is refused would log in anew, with nothing shared.
const maxSessions = 8

// persistSeconds is how long a connection outlives its last session where
// nobody closes it, as after a kill of this process.
const persistSeconds = 60

// maxControlPath is what ssh can bind: a socket path holds 104 bytes on some
// systems, and ssh adds 17 for a temporary name.
const maxControlPath = 104 - 17 - 1

// sshMaster is a connection that sessions share, an ssh in the background. It
// is used by whoever has the link's turn, its sessions by anybody.
type sshMaster struct {
	control  string
	flags    []string
	dial     func(ctx context.Context, network, address string) (net.Conn, error)
	sessions atomic.Int32
}

func newMaster(control, url string, flags []string) (*sshMaster, error) {
	helper, err := connhelper.GetConnectionHelperWithSSHOpts(url, slices.Concat(
		[]string{"-o", "ControlMaster=no", "-o", "ControlPath=" + control}, flags))
	if err != nil {
		return nil, err
	}
	return &sshMaster{control: control, flags: flags, dial: helper.Dialer}, nil
}

// open tells whether the background process is there: its socket goes with it.
func (m *sshMaster) open() bool {
	_, err := os.Stat(m.control)
	return err == nil
}

// connect returns when ssh has authenticated and gone to the background.
func (m *sshMaster) connect(ctx context.Context, destination []string) error {
	args := slices.Concat([]string{
		"-f", "-N", "-o", "ControlMaster=yes", "-o", "ControlPath=" + m.control,
		"-o", fmt.Sprintf("ControlPersist=%d", persistSeconds),
	}, m.flags, destination)
	// A file and not a pipe: the background process keeps what it was given,
	// and a pipe would have no end.
	said, err := os.Create(m.control + ".said")
	if err != nil {
		return err
	}
	defer said.Close()
	cmd := exec.CommandContext(ctx, "ssh", args...)
	cmd.Stderr = said
	err = cmd.Run()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return &sshError{cause: err, said: readStart(said.Name())}
	}
	return nil
}

func readStart(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, _ := io.ReadAll(io.LimitReader(f, 4096))
	return strings.TrimSpace(string(b))
}

// session makes a connection to the remote engine.
func (m *sshMaster) session(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := m.dial(ctx, network, address)
	if err != nil {
		m.sessions.Add(-1)
		return nil, err
	}
	return &sshConn{Conn: c, leave: sync.OnceFunc(func() { m.sessions.Add(-1) })}, nil
}

func (m *sshMaster) disconnect(ctx context.Context, destination []string) {
	if !m.open() {
		return
	}
	args := slices.Concat([]string{"-O", "exit", "-o", "ControlPath=" + m.control}, m.flags, destination)
	_ = exec.CommandContext(ctx, "ssh", args...).Run()
}

// sshConn gives its place up when it is closed.
type sshConn struct {
	net.Conn
	leave func()
}

// closeTime is how long a session may take to end before it is left to end by
// itself: on a host that has gone away it does so with the SSH connection only,
// up to a minute later, and nobody is to wait for it.
const closeTime = time.Second

// Close ends reads and writes at once.
func (c *sshConn) Close() error {
	closed := make(chan error, 1)
	go func() {
		defer c.leave()
		closed <- c.Conn.Close()
	}()
	timer := time.NewTimer(closeTime)
	defer timer.Stop()
	select {
	case err := <-closed:
		return err
	case <-timer.C:
		return nil
	}
}

// CloseWrite ends what is sent; what is received goes on.
func (c *sshConn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return c.Conn.Close()
}
