package join_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
)

// machine runs commands on this machine, with programs of its own in place of
// those that change or tell something.
type machine struct {
	t   *testing.T
	bin string
	// root holds files of the machine's own, in place of this one's; "" where it has none.
	root    string
	logins  int
	unheard bool
	// asked are the commands that it was given.
	asked []string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, bin: t.TempDir()}
	// What the machine under test has is what its folder has.
	for _, tool := range []string{"sh", "cat", "awk", "grep", "sed", "head", "tail", "cut", "tr", "mktemp", "rm", "mkdir", "dirname", "df", "uname", "flock", "sleep", "date"} {
		m.link(tool)
	}
	m.has("id", `case $1 in -u) echo 0;; *) echo root;; esac`)
	return m
}

// link gives it a program of this machine.
func (m *machine) link(tool string) {
	m.t.Helper()
	path, err := exec.LookPath(tool)
	assert.NilError(m.t, err)
	assert.NilError(m.t, os.Symlink(path, filepath.Join(m.bin, tool)))
}

// has gives it a program.
func (m *machine) has(name, body string) {
	m.t.Helper()
	path := filepath.Join(m.bin, name)
	_ = os.Remove(path)
	assert.NilError(m.t, os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755))
}

func (m *machine) RunShell(ctx context.Context, command string, s hosts.ShellStreams) (int, error) {
	m.asked = append(m.asked, command)
	if m.unheard {
		return 255, nil
	}
	c := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	c.Env = []string{"PATH=" + m.bin, "CLOCKER_JOIN_PATH=" + m.bin, "TMPDIR=" + m.t.TempDir()}
	c.Stdin, c.Stdout, c.Stderr = m.rooted(s.In), s.Out, s.Err
	err := c.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// rooted is the script with the paths of the machine's own files.
func (m *machine) rooted(script io.Reader) io.Reader {
	if m.root == "" {
		return script
	}
	text, err := io.ReadAll(script)
	assert.Check(m.t, err)
	var paths []string
	for _, p := range []string{"/etc/", "/run", "/sys/module", "/proc/sys/", "/var/"} {
		paths = append(paths, p, m.root+p)
	}
	return strings.NewReader(m.ownPrograms() + strings.NewReplacer(paths...).Replace(string(text)))
}

// ownPrograms keeps BusyBox from running those that it has within: the machine's
// are others.
func (m *machine) ownPrograms() string {
	var functions strings.Builder
	for _, name := range []string{"df", "modprobe"} {
		fmt.Fprintf(&functions, "%s() { %s \"$@\"; }\n", name, filepath.Join(m.bin, name))
	}
	return functions.String()
}

func (m *machine) Reconnect(context.Context) error {
	m.logins++
	return nil
}

func (m *machine) examine(ahead time.Duration) join.Examination {
	m.t.Helper()
	e, err := m.joiner(ahead).Examine(m.t.Context(), hosts.Host{Name: "h1"}, join.Setup{}, nil)
	assert.NilError(m.t, err)
	return e
}

func (m *machine) joiner(ahead time.Duration) *join.Joiner {
	return join.New(join.Options{
		Shell: func(hosts.Host) (join.Shell, error) { return m, nil },
		Now:   func() time.Time { return time.Now().Add(-ahead) },
	})
}

// finding is the first one of a check that is no OK.
func finding(e join.Examination, check string) join.Finding {
	for _, f := range e.Findings {
		if f.Check == check && f.Status != join.OK {
			return f
		}
	}
	return join.Finding{}
}
