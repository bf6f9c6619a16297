package docker_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// sshServer is an sshd on loopback with keys of its own, whose docker command
// is this test binary.
type sshServer struct {
	dir  string
	port int
}

func startSSH(t *testing.T, handler http.Handler) *sshServer {
	t.Helper()
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		sshd = "/usr/sbin/sshd"
	}
	if _, err := os.Stat(sshd); err != nil || os.Getuid() != 0 {
		t.Skip("trying ssh:// takes root and sshd (Debian's package openssh-server)")
	}
	s := &sshServer{dir: t.TempDir(), port: freePort(t)}
	for _, key := range []string{"host", "client", "stranger"} {
		s.keygen(t, key)
	}
	s.write(t, "bin/socket", strings.TrimPrefix(serve(t, handler), "unix://"))
	self, err := os.Executable()
	assert.NilError(t, err)
	s.write(t, "bin/docker", fmt.Sprintf("#!/bin/sh\n%s=%s/bin exec %s \"$@\"\n", standIn, s.dir, self))
	assert.NilError(t, os.Chmod(filepath.Join(s.dir, "bin/docker"), 0o755))
	s.write(t, "sshd_config", fmt.Sprintf(`
ListenAddress 127.0.0.1:%d
HostKey %[2]s/host
AuthorizedKeysFile %[2]s/client.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PidFile none
LogLevel VERBOSE
SetEnv PATH=%[2]s/bin
`, s.port, s.dir))
	s.known(t, "host")
	s.run(t, sshd)
	return s
}

func (s *sshServer) run(t *testing.T, sshd string) {
	t.Helper()
	// sshd insists on a folder in /run; it gets a /run of its own.
	cmd := exec.Command("unshare", "--mount", "sh", "-c", fmt.Sprintf(
		"mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec %s -D -f %[2]s/sshd_config -E %[2]s/log", sshd, s.dir))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	assert.NilError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		c, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", s.port))
		if err != nil {
			return poll.Continue("%v", err)
		}
		_ = c.Close()
		return poll.Success()
	})
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

func (s *sshServer) keygen(t *testing.T, name string) {
	t.Helper()
	assert.NilError(t, exec.Command("ssh-keygen", "-qt", "ed25519", "-N", "", "-f", filepath.Join(s.dir, name)).Run())
}

func (s *sshServer) write(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(s.dir, name)
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
}

func (s *sshServer) read(name string) string {
	b, _ := os.ReadFile(filepath.Join(s.dir, name))
	return string(b)
}

// known makes the named key the one that the client knows for the server; ""
// makes it know none.
func (s *sshServer) known(t *testing.T, key string) {
	t.Helper()
	line := ""
	if key != "" {
		line = fmt.Sprintf("[127.0.0.1]:%d %s", s.port, s.read(key+".pub"))
	}
	s.write(t, "known_hosts", line)
}

// open reaches the server as a user with this identity would.
func (s *sshServer) open(t *testing.T, identity string) *docker.Engine {
	t.Helper()
	s.write(t, "ssh_config", fmt.Sprintf("IdentityFile %[1]s/%[2]s\nIdentitiesOnly yes\nIdentityAgent none\nUserKnownHostsFile %[1]s/known_hosts\nGlobalKnownHostsFile none\n",
		s.dir, identity))
	me, err := user.Current()
	assert.NilError(t, err)
	return open(t, fmt.Sprintf("ssh://%s@127.0.0.1:%d", me.Username, s.port),
		docker.Options{SSHFlags: []string{"-F", filepath.Join(s.dir, "ssh_config")}})
}

func TestSSHSharesOneConnection(t *testing.T) {
	s := startSSH(t, observable("1.41"))
	e := s.open(t, "client")
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			o, err := e.Observe(soon(t))
			assert.Check(t, err)
			assert.Check(t, cmp.Len(o.Containers, 3))
			assert.Check(t, cmp.Equal(o.Host.Address, "127.0.0.1"))
		})
	}
	all.Wait()
	assert.Check(t, cmp.Contains(s.read("bin/runs"), "system dial-stdio"))
	logins := strings.Count(s.read("log"), "Accepted publickey")
	sessions := strings.Count(s.read("bin/runs"), "\n")
	t.Logf("48 requests, %d sessions, %d logins", sessions, logins)
	assert.Check(t, sessions > 1)
	assert.Check(t, cmp.Equal(logins, 1), "all sessions share one connection")

	assert.NilError(t, e.Close())
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if strings.Contains(s.read("log"), "Disconnected from user") {
			return poll.Success()
		}
		return poll.Continue("the shared connection outlives Close")
	}, poll.WithTimeout(time.Minute))
}

// An answer that is an error gives its place among the reads back.
func TestSSHManyRefusals(t *testing.T) {
	e := startSSH(t, observable("1.41")).open(t, "client")
	for range 12 {
		_, err := e.InspectImage(soon(t), "nosuch")
		assert.ErrorIs(t, err, hosts.ErrNotFound)
		_, err = e.Plugin(soon(t), "nosuch")
		assert.ErrorIs(t, err, hosts.ErrNotFound)
	}
}

// What takes long would use up a connection's sessions; it gets another one.
func TestSSHStreams(t *testing.T) {
	engine := observable("1.41")
	started := make(chan struct{}, 12)
	engine.answers["GET /events"] = func(w http.ResponseWriter, r *http.Request) {
		w.(http.Flusher).Flush()
		started <- struct{}{}
		<-r.Context().Done()
	}
	s := startSSH(t, engine)
	e := s.open(t, "client")
	ctx, cancel := context.WithCancel(soon(t))
	var all sync.WaitGroup
	for range 12 {
		all.Go(func() {
			assert.Check(t, e.Events(ctx, hosts.EventOptions{Label: "label"}, func(hosts.ContainerEvent) {}))
		})
	}
	for range 12 {
		<-started
	}
	_, err := e.Observe(soon(t))
	assert.Check(t, err, "there is room for a sweep")
	logins := strings.Count(s.read("log"), "Accepted publickey")
	assert.Check(t, logins == 2 || logins == 3, "%d logins", logins)
	cancel()
	all.Wait()
}

func TestSSHRefusals(t *testing.T) {
	s := startSSH(t, observable("1.41"))
	refusal := func(identity string) error {
		_, err := s.open(t, identity).Observe(soon(t))
		assert.Check(t, errors.Is(err, hosts.ErrUnreachable), "%v", err)
		return err
	}
	assert.Check(t, cmp.ErrorContains(refusal("stranger"), "ssh refuses to log us in (make this work first: ssh -p "))
	s.known(t, "")
	assert.Check(t, cmp.ErrorContains(refusal("client"), "its ssh host key is not known (run ssh -p "))
	s.known(t, "stranger")
	assert.Check(t, cmp.ErrorContains(refusal("client"), "its ssh host key is not the one that is known"))
	s.known(t, "host")
	assert.NilError(t, os.Remove(filepath.Join(s.dir, "bin/docker")))
	assert.Check(t, cmp.ErrorContains(refusal("client"), "it has no docker command (install Docker there)"))
	assert.Check(t, errors.Is(refusal("client"), hosts.ErrNoEngine))
	assert.Check(t, cmp.Equal(s.read("known_hosts"), fmt.Sprintf("[127.0.0.1]:%d %s", s.port, s.read("host.pub"))), "no key was accepted by itself")
}

func TestSSHUnreachable(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("trying ssh:// takes an ssh client")
	}
	for url, want := range map[string]string{
		fmt.Sprintf("ssh://127.0.0.1:%d", freePort(t)): "connection refused by its ssh port (is sshd running there?)",
		"ssh://name.invalid":                           "no address for the name name.invalid (check the spelling",
	} {
		_, err := open(t, url, docker.Options{SSHFlags: []string{"-F", "none"}}).Observe(soon(t))
		assert.Check(t, cmp.ErrorContains(err, want))
	}
}

func TestSSHIsNotOpenedAgainAfterClose(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("trying ssh:// takes an ssh client")
	}
	t.Setenv("TMPDIR", t.TempDir())
	e := open(t, fmt.Sprintf("ssh://127.0.0.1:%d", freePort(t)), docker.Options{SSHFlags: []string{"-F", "none"}})
	_, err := e.Observe(soon(t))
	assert.Check(t, errors.Is(err, hosts.ErrUnreachable))
	assert.NilError(t, e.Close())
	_, err = e.Observe(soon(t))
	assert.Check(t, err != nil)
	left, err := os.ReadDir(os.Getenv("TMPDIR"))
	assert.NilError(t, err)
	assert.Check(t, cmp.Len(left, 0))
}

func TestSSHSilence(t *testing.T) {
	if _, err := exec.LookPath("ssh"); err != nil {
		t.Skip("trying ssh:// takes an ssh client")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	defer l.Close()
	e := open(t, "ssh://"+l.Addr().String(), docker.Options{ConnectTimeout: time.Second, SSHFlags: []string{"-F", "none"}})
	start := time.Now()
	_, err = e.Observe(soon(t))
	assert.Check(t, time.Since(start) < 5*time.Second)
	assert.Check(t, errors.Is(err, hosts.ErrUnreachable), "%v", err)
}

func TestSSHShellSharesTheConnection(t *testing.T) {
	s := startSSH(t, observable("1.41"))
	e := s.open(t, "client")
	var out, complaint strings.Builder
	code, err := e.RunShell(soon(t), "/bin/cat; echo oops >&2; exit 7", hosts.ShellStreams{In: strings.NewReader("words"), Out: &out, Err: &complaint})
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(code, 7))
	assert.Check(t, cmp.Equal(out.String(), "words"))
	assert.Check(t, cmp.Contains(complaint.String(), "oops\n"))
	_, err = e.Observe(soon(t))
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(strings.Count(s.read("log"), "Accepted publickey"), 1))

	assert.NilError(t, e.Reconnect(soon(t)))
	_, err = e.Observe(soon(t))
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(strings.Count(s.read("log"), "Accepted publickey"), 2), "a new login")
}

func TestSSHShellEndsWithItsContext(t *testing.T) {
	e := startSSH(t, observable("1.41")).open(t, "client")
	ctx, cancel := context.WithCancel(soon(t))
	r, w := io.Pipe()
	defer w.Close()
	go func() {
		_, _ = r.Read(make([]byte, 1))
		cancel()
		_, _ = io.Copy(io.Discard, r)
	}()
	_, err := e.RunShell(ctx, "echo x; exec /bin/sleep 600", hosts.ShellStreams{Out: w})
	assert.ErrorIs(t, err, context.Canceled)
}

func TestAShellTakesSSH(t *testing.T) {
	e := open(t, "tcp://127.0.0.1:2376", docker.Options{})
	_, err := e.RunShell(soon(t), "true", hosts.ShellStreams{})
	assert.ErrorIs(t, err, errors.ErrUnsupported)
	assert.ErrorContains(t, err, "only hosts with an endpoint such as ssh://root@10.0.0.11 have a shell")
}

// An endpoint's own files win over the user's.
func TestSSHIdentityOfTheEndpoint(t *testing.T) {
	s := startSSH(t, observable("1.41"))
	s.write(t, "ssh_config", fmt.Sprintf("IdentityFile %[1]s/stranger\nIdentityAgent none\nUserKnownHostsFile /nowhere\n", s.dir))
	s.write(t, "my hosts", fmt.Sprintf("[127.0.0.1]:%d %s", s.port, s.read("host.pub")))
	me, err := user.Current()
	assert.NilError(t, err)
	endpoint := hosts.Endpoint{
		URL: fmt.Sprintf("ssh://%s@127.0.0.1:%d", me.Username, s.port),
		SSH: hosts.SSH{Identity: filepath.Join(s.dir, "client"), KnownHosts: filepath.Join(s.dir, "my hosts")},
	}
	e, err := docker.Open(hosts.Host{Name: "h1", Endpoint: endpoint}, docker.Options{SSHFlags: []string{"-F", filepath.Join(s.dir, "ssh_config")}})
	assert.NilError(t, err)
	defer e.Close()
	_, err = e.Observe(soon(t))
	assert.NilError(t, err)

	words, ok, err := docker.SSHArguments(endpoint, docker.Environment{})
	assert.NilError(t, err)
	assert.Check(t, ok)
	assert.Check(t, cmp.DeepEqual(words[len(words)-6:], []string{"-p", strconv.Itoa(s.port), "-l", me.Username, "--", "127.0.0.1"}))
}
