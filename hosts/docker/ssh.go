package docker

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/docker/cli/cli/connhelper"
	"github.com/docker/cli/cli/connhelper/ssh"
)

// persistSeconds is how long the shared connection outlives its last user
// where nobody closes it, as after a kill of this process.
const persistSeconds = 60

// maxControlPath is what ssh can bind: a socket path holds 104 bytes on some
// systems, and ssh adds 17 for a temporary name.
const maxControlPath = 104 - 17 - 1

// sshLink runs the user's own ssh, so that their configuration, agent, jump
// hosts and known hosts count. One connection for each host is opened first
// and all others are sessions of it: a handshake is paid once, and what ssh
// says of a failure is known before any HTTP.
type sshLink struct {
	spec  *ssh.Spec
	flags []string
	o     Options
	// turn is held by who opens the shared connection.
	turn turn
	// dir is the private folder of the control socket; "" before the first dial.
	dir  string
	dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func newSSH(u *url.URL, o Options) (*sshLink, error) {
	spec, err := ssh.NewSpec(u)
	if err != nil {
		return nil, err
	}
	// Checked before the first dial, too: what can't be quoted for a shell.
	if _, err := connhelper.GetConnectionHelper(u.String()); err != nil {
		return nil, err
	}
	seconds := max(1, int(o.ConnectTimeout/time.Second))
	flags := append([]string{"-T", "-o", fmt.Sprintf("ConnectTimeout=%d", seconds),
		"-o", "ServerAliveInterval=15", "-o", "ServerAliveCountMax=3"}, o.SSHFlags...)
	if !o.Interactive {
		flags = append(flags, "-o", "BatchMode=yes")
	}
	return &sshLink{spec: spec, flags: flags, o: o, turn: newTurn()}, nil
}

// Dial starts a session that carries one connection to the remote engine.
func (l *sshLink) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if err := l.share(ctx); err != nil {
		return nil, err
	}
	return l.dial(ctx, network, address)
}

// share opens the shared connection where there is none.
func (l *sshLink) share(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.o.ConnectTimeout)
	defer cancel()
	if err := l.turn.take(ctx); err != nil {
		return err
	}
	defer l.turn.give()
	if err := l.prepare(); err != nil {
		return err
	}
	if _, err := os.Stat(l.control()); err == nil {
		return nil
	}
	return l.openMaster(ctx)
}

// prepare makes the private folder, and the dialer that uses its socket.
func (l *sshLink) prepare() error {
	if l.dir != "" {
		return nil
	}
	dir, err := privateDir()
	if err != nil {
		return err
	}
	flags := append([]string{"-o", "ControlMaster=no", "-o", "ControlPath=" + filepath.Join(dir, "s")}, l.flags...)
	helper, err := connhelper.GetConnectionHelperWithSSHOpts(l.url(), flags)
	if err != nil {
		return err
	}
	l.dir, l.dial = dir, helper.Dialer
	return nil
}

// privateDir makes a folder that only this user can enter, with a path that is
// short enough for a socket.
func privateDir() (string, error) {
	parent := os.TempDir()
	if len(parent)+len("/clocker-0123456789/s") > maxControlPath {
		parent = "/tmp"
	}
	return os.MkdirTemp(parent, "clocker-")
}

func (l *sshLink) control() string { return filepath.Join(l.dir, "s") }

func (l *sshLink) url() string {
	u := url.URL{Scheme: "ssh", Host: l.spec.Host, Path: l.spec.Path}
	if l.spec.Port != "" {
		u.Host = net.JoinHostPort(l.spec.Host, l.spec.Port)
	}
	if l.spec.User != "" {
		u.User = url.User(l.spec.User)
	}
	return u.String()
}

// openMaster returns when ssh has authenticated and gone to the background.
func (l *sshLink) openMaster(ctx context.Context) error {
	args := append([]string{"-f", "-N", "-o", "ControlMaster=yes", "-o", "ControlPath=" + l.control(),
		"-o", fmt.Sprintf("ControlPersist=%d", persistSeconds)}, l.flags...)
	// A file and not a pipe: the background process keeps what it was given,
	// and a pipe would have no end.
	said, err := os.Create(filepath.Join(l.dir, "said"))
	if err != nil {
		return err
	}
	defer said.Close()
	cmd := exec.CommandContext(ctx, "ssh", append(args, l.spec.Args()...)...)
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
	b := make([]byte, 4096)
	n, _ := f.Read(b)
	return strings.TrimSpace(string(b[:n]))
}

// Close ends the shared connection.
func (l *sshLink) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), l.o.ConnectTimeout)
	defer cancel()
	if err := l.turn.take(ctx); err != nil {
		return err
	}
	defer l.turn.give()
	if l.dir == "" {
		return nil
	}
	args := append([]string{"-O", "exit", "-o", "ControlPath=" + l.control()}, l.flags...)
	if _, err := os.Stat(l.control()); err == nil {
		_ = exec.CommandContext(ctx, "ssh", append(args, l.spec.Args()...)...).Run()
	}
	err := os.RemoveAll(l.dir)
	l.dir = ""
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
