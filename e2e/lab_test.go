//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// Lab is hosts with engines of one generation: three that all tests share, or as many as one test asks for.
type Lab struct {
	Generation string
	name       string
	// home holds the user's configuration, and with it the fabric's key.
	home string
}

// labs are those that tests asked for, by name: those that all share have that of their generation. TestMain takes them down.
var labs = map[string]*Lab{}

func TestMain(m *testing.M) {
	code := m.Run()
	for _, l := range labs {
		if out, err := l.command(context.Background(), "down").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%s%v\n", out, err)
			code = 1
		}
		_ = os.RemoveAll(l.home)
	}
	os.Exit(code)
}

// onThreeHosts runs a test on each generation of engines that is here.
func onThreeHosts(t *testing.T, test func(*testing.T, *Lab)) {
	t.Helper()
	for _, generation := range []string{"20", "29"} {
		t.Run("engine"+generation, func(t *testing.T) {
			test(t, onGeneration(t, generation))
		})
	}
}

// onGeneration is the lab of a generation of engines. Without such an engine the test is skipped.
func onGeneration(t *testing.T, generation string) *Lab {
	t.Helper()
	if generation == "29" && os.Getenv("ENGINE29_BIN") == "" {
		t.Skip("engine 29 is not here: 'make engine29' builds it")
	}
	l := theLab(t, generation)
	t.Cleanup(func() { l.reportIfFailed(t) })
	return l
}

// theLab is brought up once for each generation.
func theLab(t *testing.T, generation string) *Lab {
	t.Helper()
	if l, up := labs[generation]; up {
		return l
	}
	return raise(t, generation, generation, 3, "tls", "ssh")
}

// raise brings up a lab of some hosts, which are reached in these ways in turn. It goes when all tests have ended.
// LAB_PREFIX keeps several runs on one machine apart.
func raise(t *testing.T, name, generation string, count int, reached ...string) *Lab {
	t.Helper()
	home, err := os.MkdirTemp("", "clocker-e2e")
	assert.NilError(t, err)
	l := &Lab{Generation: generation, name: cmp.Or(os.Getenv("LAB_PREFIX"), "test") + name, home: home}
	labs[name] = l
	l.must(t, "down") // what a killed run left
	l.must(t, "up", strconv.Itoa(count), generation)
	l.must(t, "env") // writes the ssh that knows the hosts
	config := l.must(t, append([]string{"config"}, reached...)...)
	assert.NilError(t, os.WriteFile(l.configFile(), []byte(config), 0o600))
	return l
}

func (l *Lab) configFile() string { return filepath.Join(l.home, "config.yaml") }

// Hosts are the three of a lab that all tests share.
func (l *Lab) Hosts() []Host { return []Host{l.Host(1), l.Host(2), l.Host(3)} }

// Host is the host h1, h2 and so on.
func (l *Lab) Host(n int) Host { return Host{lab: l, name: fmt.Sprintf("h%d", n), n: n} }

// HostNamed is the one that a row of ps names.
func (l *Lab) HostNamed(t *testing.T, name string) Host {
	t.Helper()
	for _, h := range l.Hosts() {
		if h.name == name {
			return h
		}
	}
	t.Fatalf("there is no host %q", name)
	return Host{}
}

func (l *Lab) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, "lab/lab", args...)
	c.Env = append(os.Environ(), "LAB_NAME="+l.name, "LAB_COMMAND=LAB_NAME="+l.name+" e2e/lab/lab")
	c.WaitDelay = 5 * time.Second
	return c
}

// must runs a command of the lab and returns what it printed.
func (l *Lab) must(t *testing.T, args ...string) string {
	t.Helper()
	out, err := l.try(10*time.Minute, args...)
	assert.NilError(t, err, "lab %s", strings.Join(args, " "))
	return out
}

func (l *Lab) try(limit time.Duration, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	c := l.command(ctx, args...)
	var out, complaint bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaint
	err := c.Run()
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(complaint.String()))
	}
	return strings.TrimSpace(out.String()), err
}

func (l *Lab) reportIfFailed(t *testing.T) {
	t.Helper()
	if !t.Failed() {
		return
	}
	report, err := l.try(time.Minute, "report")
	t.Logf("the lab says (%v):\n%s", err, report)
}

// environment is what the program runs in: this machine's, with the lab's
// configuration, its ssh ahead of the system's, and no Docker of this machine.
func (l *Lab) environment() []string {
	return append(os.Environ(),
		"PATH="+l.state("client")+":"+os.Getenv("PATH"),
		"DOCKER_HOST=", "DOCKER_CONTEXT=", "DOCKER_CONFIG="+l.home,
		"XDG_CONFIG_HOME="+l.home, "CLOCKER_CONFIG="+l.configFile())
}

// state is a file of the running lab.
func (l *Lab) state(file string) string { return filepath.Join("/var/lib/clocker-lab", l.name, file) }

// Host is one host of a lab.
type Host struct {
	lab  *Lab
	name string
	n    int
}

func (h Host) String() string { return h.name }

// Kill is a power cut.
func (h Host) Kill(t *testing.T) { t.Helper(); h.do(t, "kill") }

// Start boots the host and waits for its engine.
func (h Host) Start(t *testing.T) { t.Helper(); h.do(t, "start") }

// RestartEngine ends the engine in order; its host starts it again.
func (h Host) RestartEngine(t *testing.T) { t.Helper(); h.do(t, "engine") }

// Cut takes the host off the network until the test ends or Heal.
func (h Host) Cut(t *testing.T) {
	t.Helper()
	h.do(t, "cut")
	t.Cleanup(func() { h.do(t, "heal") })
}

// Heal puts the host back on the network.
func (h Host) Heal(t *testing.T) { t.Helper(); h.do(t, "heal") }

func (h Host) do(t *testing.T, what string) {
	t.Helper()
	h.lab.must(t, what, h.name)
}

// Docker runs the docker client on the host's own socket, which works while the host is cut off.
func (h Host) Docker(t *testing.T, args ...string) string {
	t.Helper()
	out, err := h.TryDocker(args...)
	assert.NilError(t, err, "docker %s on %s", strings.Join(args, " "), h)
	return out
}

// TryDocker is Docker for what may fail.
func (h Host) TryDocker(args ...string) (string, error) {
	return h.lab.try(time.Minute, append([]string{"docker", h.name}, args...)...)
}

// Run runs a command on the host, outside of containers.
func (h Host) Run(args ...string) (string, error) {
	return h.lab.try(time.Minute, append([]string{"on", h.name}, args...)...)
}

// Socket is the host's engine, reachable without the network.
func (h Host) Socket() string { return "unix://" + h.lab.state("run/"+h.name+".sock") }

// Address is the host's, on the lab's network.
func (h Host) Address(t *testing.T) string {
	t.Helper()
	net, err := os.ReadFile(h.lab.state("net"))
	assert.NilError(t, err)
	return fmt.Sprintf("%s.%d", strings.TrimSpace(string(net)), 10+h.n)
}

// eventually tries until it works, for what takes a moment; the last error is the test's.
func eventually(t *testing.T, limit time.Duration, what string, try func() error) {
	t.Helper()
	started := time.Now()
	err := errors.New("not tried")
	for time.Since(started) < limit {
		if err = try(); err == nil {
			if took := time.Since(started); took > time.Second {
				t.Logf("%s after %s", what, took.Round(100*time.Millisecond))
			}
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Fatalf("%s: not within %s: %v", what, limit, err)
}
