package join_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
)

// machine runs commands on this machine, with programs of its own in place of
// those that change or tell something.
type machine struct {
	t       *testing.T
	bin     string
	logins  int
	unheard bool
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, bin: t.TempDir()}
	// What the machine under test has is what its folder has.
	for _, tool := range []string{"sh", "cat", "awk", "grep", "sed", "head", "tail", "cut", "tr", "mktemp", "rm", "mkdir", "dirname", "df", "uname", "flock", "sleep", "date"} {
		path, err := exec.LookPath(tool)
		assert.NilError(t, err)
		assert.NilError(t, os.Symlink(path, filepath.Join(m.bin, tool)))
	}
	m.has("id", `case $1 in -u) echo 0;; *) echo root;; esac`)
	return m
}

// has gives it a program.
func (m *machine) has(name, body string) {
	m.t.Helper()
	path := filepath.Join(m.bin, name)
	_ = os.Remove(path)
	assert.NilError(m.t, os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755))
}

func (m *machine) RunShell(ctx context.Context, command string, s hosts.ShellStreams) (int, error) {
	if m.unheard {
		return 255, nil
	}
	c := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	c.Env = []string{"PATH=" + m.bin, "CLOCKER_JOIN_PATH=" + m.bin, "TMPDIR=" + m.t.TempDir()}
	c.Stdin, c.Stdout, c.Stderr = s.In, s.Out, s.Err
	err := c.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), nil
	}
	return 0, err
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
