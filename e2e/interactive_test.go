//go:build e2e

package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

// Console is the program at work in a terminal.
type Console struct {
	tty     *os.File
	command *exec.Cmd

	mu     sync.Mutex
	output bytes.Buffer
	done   chan struct{}
}

// Console starts the program in a terminal of 100 columns and 30 rows.
func (p *Project) Console(t *testing.T, args ...string) *Console {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	c := &Console{command: p.command(ctx, program(t), args...), done: make(chan struct{})}
	var err error
	c.tty, err = pty.StartWithSize(c.command, &pty.Winsize{Cols: 100, Rows: 30})
	assert.NilError(t, err)
	go c.read()
	t.Cleanup(func() {
		cancel()
		_ = c.command.Process.Kill()
		_ = c.tty.Close()
		<-c.done
	})
	return c
}

func (c *Console) read() {
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

func (c *Console) text() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.output.String()
}

func (c *Console) shows(t *testing.T, text string) {
	t.Helper()
	eventually(t, 2*time.Minute, "the terminal shows "+text, func() error {
		if !strings.Contains(c.text(), text) {
			return fmt.Errorf("%q", c.text())
		}
		return nil
	})
}

// showsTimes waits until a text was shown so many times.
func (c *Console) showsTimes(t *testing.T, times int, text string) {
	t.Helper()
	eventually(t, time.Minute, fmt.Sprintf("the terminal shows %s %d times", text, times), func() error {
		if shown := c.text(); strings.Count(shown, text) < times {
			return fmt.Errorf("%q", shown)
		}
		return nil
	})
}

// hasSize asks a shell for the size of its terminal until it is as wanted.
func (c *Console) hasSize(t *testing.T, size string) {
	t.Helper()
	eventually(t, time.Minute, "the terminal has the size "+size, func() error {
		c.types(t, "stty size\n")
		time.Sleep(300 * time.Millisecond)
		if !strings.Contains(c.text(), size) {
			return fmt.Errorf("%q", c.text())
		}
		return nil
	})
}

func (c *Console) types(t *testing.T, keys string) {
	t.Helper()
	_, err := io.WriteString(c.tty, keys)
	assert.NilError(t, err)
}

func (c *Console) ends(t *testing.T) int {
	t.Helper()
	ended := make(chan struct{})
	go func() {
		_ = c.command.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatalf("it doesn't end: %q", c.text())
	}
	return c.command.ProcessState.ExitCode()
}

// The keys of a user.
const (
	ctrlC  = "\x03"
	detach = "\x10\x11"
)

const talkers = `
services:
  web:
    image: alpine
    command: sleep 1000
    stop_grace_period: 0s
    deploy: {replicas: 3}
  shell:
    image: alpine
    command: sh
    stdin_open: true
    tty: true
    stop_grace_period: 0s
`

// A terminal in a replica on another host, over TLS and over SSH: its size, a
// change of it, Ctrl-C for the process inside, and its exit code.
func TestATerminalInAnyReplica(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, talkers)
		p.Up(t)
		for _, index := range []string{"1", "2", "3"} {
			c := p.Console(t, "exec", "--index", index, "web", "sh")
			c.hasSize(t, "30 100")
			assert.NilError(t, pty.Setsize(c.tty, &pty.Winsize{Cols: 71, Rows: 17}))
			c.hasSize(t, "17 71")
			c.types(t, "sleep 500 || echo interrupted $((40+2))\n")
			time.Sleep(500 * time.Millisecond)
			c.types(t, ctrlC)
			c.types(t, "echo still $((40+2))\nexit 9\n")
			c.shows(t, "still 42")
			assert.Equal(t, c.ends(t), 9)
		}
	})
}

func TestAttachAndLeave(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, talkers)
		p.Up(t)
		c := p.Console(t, "attach", "shell")
		c.types(t, "echo $((6*7))\n")
		c.shows(t, "42")
		c.hasSize(t, "30 100")
		c.types(t, detach)
		c.ends(t)
		assert.Equal(t, p.Replica(t, "shell").State, "running", "the container goes on")
		c = p.Console(t, "attach", "--detach-keys", "ctrl-x,x", "shell")
		c.types(t, "exit 5\n")
		assert.Equal(t, c.ends(t), 5)
	})
}

// A one-off container reaches the others by name and is reached by its own, and
// nothing of it is left, however it ends.
func TestRunReachesTheOthers(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  server:`+webServer+`
    deploy: {replicas: 3}
    healthcheck: {test: "true", interval: 1s}
  job:
    image: busybox
    depends_on: {server: {condition: service_healthy}}
    restart: always
    stop_grace_period: 0s
`)
		r := p.Do(t, "run", "--rm", "-T", "job", "sh", "-c", `
			reach() { for try in 1 2 3 4 5 6 7 8; do timeout 3 wget -q -O - http://$1/ >/dev/null && return; sleep 1; done; exit 1; }
			for i in 1 2 3; do reach `+p.Name+`-server-$i; done; reach server; echo reached`)
		assert.Check(t, cmp.Contains(r.Stdout, "reached"))
		assert.Equal(t, len(p.Replicas(t, "server")), 3)
		assert.Equal(t, p.Try(t, "run", "--rm", "-T", "job", "sh", "-c", "exit 7").Code, 7)

		p.Do(t, "run", "-d", "--name", "named-"+p.Name, "job", "sh", "-c", "mkdir /w; echo by-name >/w/index.html; httpd -f -h /w")
		eventually(t, 20*time.Second, "a one-off is found by its name", func() error {
			out := p.Try(t, "exec", "-T", "--index", "2", "server", "timeout", "3", "wget", "-q", "-O", "-", "http://named-"+p.Name+"/")
			if !strings.Contains(out.Stdout, "by-name") {
				return fmt.Errorf("%s", out)
			}
			return nil
		})

		c := p.Console(t, "run", "--rm", "-T", "job", "sh", "-c", "trap 'exit 33' INT; echo ready; while :; do sleep 0.1; done")
		c.shows(t, "ready")
		c.types(t, ctrlC)
		assert.Equal(t, c.ends(t), 33, "the signal is the container's to answer")
		c = p.Console(t, "run", "--rm", "job", "sleep", "500")
		time.Sleep(3 * time.Second)
		assert.NilError(t, c.command.Process.Signal(os.Interrupt))
		for range 6 {
			time.Sleep(500 * time.Millisecond)
			_ = c.command.Process.Signal(os.Interrupt)
		}
		c.ends(t)
		eventually(t, 10*time.Second, "nothing of it is left", func() error {
			if jobs := p.Replicas(t, "job"); len(jobs) != 1 {
				return fmt.Errorf("%v", jobs)
			}
			return nil
		})
	})
}

// Published ports answer on this machine while forward runs: each replica in turn.
func TestForward(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  web:
    image: alpine
    command: sh -c 'mkdir /w; hostname >/w/index.html; exec httpd -f -h /w'
    ports: ["18089:80"]
    deploy: {replicas: 3}
    stop_grace_period: 0s
`)
		p.Up(t)
		c := p.Console(t, "forward")
		c.shows(t, "127.0.0.1:18089 -> ")
		seen := map[string]bool{}
		eventually(t, 20*time.Second, "all replicas answer", func() error {
			body, err := page("http://127.0.0.1:18089/")
			seen[body] = seen[body] || err == nil
			if len(seen) != 3 || err != nil {
				return fmt.Errorf("%v: %w", seen, err)
			}
			return nil
		})
		p.lab.HostNamed(t, p.Replicas(t, "web")[0].Host).Docker(t, "rm", "-f", p.Replicas(t, "web")[0].Name)
		time.Sleep(time.Second)
		for range 6 {
			_, err := page("http://127.0.0.1:18089/")
			assert.NilError(t, err, "the others answer for the one that is gone")
		}
		c.types(t, ctrlC)
		assert.Equal(t, c.ends(t), 130)
		_, err := page("http://127.0.0.1:18089/")
		assert.ErrorContains(t, err, "refused")
	})
}

func page(url string) (string, error) {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return string(body), err
}
