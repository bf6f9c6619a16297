package docker

import (
	"errors"
	"net"
	"os"
	"syscall"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// What a test as root on one machine can't bring about.
func TestDiagnoses(t *testing.T) {
	for _, c := range []struct {
		url   string
		cause error
		want  string
	}{
		{"unix:///run/docker.sock", os.NewSyscallError("connect", syscall.EACCES), "permission denied on /run/docker.sock"},
		{"tcp://10.0.0.9", os.NewSyscallError("connect", syscall.EHOSTUNREACH), "no route to 10.0.0.9"},
		{"tcp://10.0.0.9", os.NewSyscallError("read", syscall.ECONNRESET), "connection reset"},
		{"tcp://10.0.0.9", &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "no connection to 10.0.0.9 in time"},
		{"ssh://me@h", &sshError{said: "Warning: something\nme@h: Permission denied (publickey)."}, "ssh refuses to log us in"},
		{"ssh://me@h", &sshError{said: "banner\nsomething new"}, "something new"},
		{"ssh://me@h", errors.New("command [ssh] has exited: stderr="), "the session ended without a word"},
		{"ssh://me@h", errors.New("command [ssh] has exited: stderr=dial unix /var/run/docker.sock: connect: permission denied"), "its user may not use Docker"},
	} {
		target, err := newTarget(c.url, nil)
		assert.NilError(t, err)
		f := target.unreachable(c.cause)
		assert.Check(t, cmp.Equal(f.Error(), c.want))
		assert.Check(t, errors.Is(f, hosts.ErrUnreachable))
		assert.Check(t, errors.Is(f, c.cause))
	}
}
