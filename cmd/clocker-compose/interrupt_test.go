package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

const serverFile = `name: shop
services:
  server: {image: busybox, command: serve}
  greeter: {image: busybox, command: sh -c "echo hello; sleep 1000"}
`

// console is the program at work on a terminal.
type console struct {
	command *exec.Cmd
	tty     *os.File
	engine  *fake.Engine

	mu     sync.Mutex
	output bytes.Buffer
	done   chan struct{}
}

// startConsole runs the program on a terminal of 80 columns, over one fake engine.
func startConsole(t *testing.T, args ...string) *console {
	t.Helper()
	return startConsoleWith(t, serverFile, args...)
}

func startConsoleWith(t *testing.T, content string, args ...string) *console {
	t.Helper()
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(content), 0o600))
	pool, err := fake.Open(filepath.Join(dir, "pool"))
	assert.NilError(t, err)
	c := &console{engine: pool.Engine(hosts.Host{Name: "default"}), done: make(chan struct{})}
	c.engine.Load("busybox")

	c.command = exec.Command("clocker-compose", args...)
	c.command.Dir = dir
	c.command.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "TERM=xterm", poolVariable+"="+filepath.Join(dir, "pool"))
	c.tty, err = pty.StartWithSize(c.command, &pty.Winsize{Rows: 24, Cols: 80})
	assert.NilError(t, err)
	go c.read()
	t.Cleanup(func() {
		_ = c.command.Process.Kill()
		_ = c.tty.Close()
		<-c.done
	})
	return c
}

func (c *console) read() {
	defer close(c.done)
	buffer := make([]byte, 4096)
	for {
		n, err := c.tty.Read(buffer)
		c.mu.Lock()
		c.output.Write(buffer[:n])
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (c *console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.output.String()
}

func (c *console) await(t *testing.T, text string) {
	t.Helper()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if strings.Contains(c.text(), text) {
			return poll.Success()
		}
		return poll.Continue("no %q in %q", text, c.text())
	}, poll.WithTimeout(time.Minute))
}

// interrupt types Ctrl-C.
func (c *console) interrupt(t *testing.T) {
	t.Helper()
	_, err := c.tty.Write([]byte{3})
	assert.NilError(t, err)
}

// called waits until a method of the engine was called so often.
func (c *console) called(t *testing.T, method string, times int) {
	t.Helper()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if n := callsOf(c.engine, method); n < times {
			return poll.Continue("%d calls of %s", n, method)
		}
		return poll.Success()
	}, poll.WithTimeout(time.Minute))
}

func (c *console) exitCode(t *testing.T) int {
	t.Helper()
	exited := make(chan struct{})
	go func() {
		_ = c.command.Wait()
		close(exited)
	}()
	select {
	case <-exited:
	case <-time.After(time.Minute):
		t.Fatalf("it doesn't end: %q", c.text())
	}
	return c.command.ProcessState.ExitCode()
}

func (c *console) running(t *testing.T) int {
	t.Helper()
	o, err := c.engine.Observe(t.Context())
	assert.NilError(t, err)
	n := 0
	for _, one := range o.Containers {
		if one.State == hosts.Running {
			n++
		}
	}
	return n
}

// TestInterruptOnce: the first Ctrl-C stops what up has started.
func TestInterruptOnce(t *testing.T) {
	c := startConsole(t, "up")
	c.await(t, "hello")
	assert.Equal(t, c.running(t), 2)
	c.interrupt(t)
	c.await(t, "Gracefully Stopping... press Ctrl+C again to force")
	assert.Equal(t, c.exitCode(t), 130)
	assert.Equal(t, c.running(t), 0)
	assert.Assert(t, cursorShown(c.text()), "%q", c.text())
}

// TestInterruptTwice: the second one doesn't wait for containers that take their time.
func TestInterruptTwice(t *testing.T) {
	c := startConsole(t, "up")
	c.await(t, "hello")
	for nth := range 2 {
		c.engine.Inject(fake.Fault{Method: "StopContainer", Nth: nth + 1, Delay: time.Hour})
	}
	c.interrupt(t)
	c.called(t, "StopContainer", 2)
	c.interrupt(t)
	assert.Equal(t, c.exitCode(t), 130)
	assert.Equal(t, c.running(t), 0)
}

// TestInterruptThrice: the third one leaves things as they are.
func TestInterruptThrice(t *testing.T) {
	c := startConsole(t, "up")
	c.await(t, "hello")
	c.engine.Inject(fake.Fault{Method: "StopContainer", Delay: time.Hour})
	for range 3 {
		c.interrupt(t)
		time.Sleep(300 * time.Millisecond)
	}
	assert.Equal(t, c.exitCode(t), 130)
}

// TestInterruptDetached: a command that acts ends at once, its terminal in order.
func TestInterruptDetached(t *testing.T) {
	c := startConsole(t, "up", "-d")
	c.await(t, "[+] up")
	c.interrupt(t)
	code := c.exitCode(t)
	assert.Assert(t, code == 130 || code == 0 && c.running(t) == 2, "%d: %q", code, c.text())
	if code == 130 {
		c.await(t, "up was interrupted: run it again to finish what it began")
	}
	assert.Assert(t, cursorShown(c.text()))
}

// TestInterruptWorking: what a Ctrl-C has ended has not failed.
func TestInterruptWorking(t *testing.T) {
	for command, last := range map[string]string{
		"start": "start was interrupted: run it again",
		"up":    "Container shop-server-1 Stopped",
	} {
		t.Run(command, func(t *testing.T) {
			said := interruptStarting(t, command)
			assert.Check(t, strings.Contains(said, "Container shop-server-1 Interrupted"), said)
			assert.Check(t, strings.Contains(said, last), said)
			assert.Check(t, !strings.Contains(said, "Error"), said)
		})
	}
}

// interruptStarting interrupts a command whose containers take long to start, and
// returns what it said.
func interruptStarting(t *testing.T, command string) string {
	t.Helper()
	c := startConsole(t, "create")
	assert.Equal(t, c.exitCode(t), 0)
	c.engine.Inject(fake.Fault{Method: "StartContainer", Delay: time.Hour})
	starting := exec.Command("clocker-compose", command)
	starting.Dir, starting.Env = c.command.Dir, c.command.Env
	out := &bytes.Buffer{}
	starting.Stderr = out
	assert.NilError(t, starting.Start())
	c.called(t, "StartContainer", 2)
	assert.NilError(t, starting.Process.Signal(syscall.SIGINT))
	_ = starting.Wait()
	assert.Equal(t, starting.ProcessState.ExitCode(), 130)
	return out.String()
}

// TestInterruptFollowing: logs -f ends with 130 and without complaint.
func TestInterruptFollowing(t *testing.T) {
	up := startConsole(t, "up", "-d")
	assert.Equal(t, up.exitCode(t), 0)
	follow := exec.Command("clocker-compose", "logs", "-f")
	follow.Dir, follow.Env = up.command.Dir, up.command.Env
	out := &bytes.Buffer{}
	follow.Stderr = out
	follow.Stdout = out
	assert.NilError(t, follow.Start())
	time.Sleep(time.Second)
	assert.NilError(t, follow.Process.Signal(syscall.SIGINT))
	_ = follow.Wait()
	assert.Equal(t, follow.ProcessState.ExitCode(), 130)
	assert.Assert(t, !strings.Contains(out.String(), "cancel"), out.String())
}

// cursorShown tells whether the last word about the cursor is that it shows.
func cursorShown(output string) bool {
	return strings.LastIndex(output, "\x1b[?25h") >= strings.LastIndex(output, "\x1b[?25l")
}
