//go:build clouds

package clouds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// user is somebody with a home folder and a project, who runs the program.
type user struct {
	home, project string
	environment   []string
}

func newUser(t *testing.T, composeFile string) *user {
	t.Helper()
	u := &user{home: t.TempDir(), project: filepath.Join(t.TempDir(), "shop")}
	assert.NilError(t, os.Mkdir(u.project, 0o700))
	u.write(t, composeFile)
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); name == "PATH" || name == "TMPDIR" || name == "LIBVIRT_DEFAULT_URI" || strings.HasPrefix(name, "OS_") {
			u.environment = append(u.environment, variable)
		}
	}
	u.environment = append(u.environment, "HOME="+u.home)
	return u
}

func (u *user) write(t *testing.T, composeFile string) {
	t.Helper()
	assert.NilError(t, os.WriteFile(filepath.Join(u.project, "compose.yaml"), []byte(composeFile), 0o600))
}

// result is what a run of the program gave.
type result struct {
	stdout, stderr string
	code           int
	took           time.Duration
}

func (r result) String() string {
	return fmt.Sprintf("exit code %d after %s\n%s%s", r.code, r.took.Round(time.Second), r.stdout, r.stderr)
}

func (u *user) command(ctx context.Context, t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	program, err := filepath.Abs("../../bin/clocker-compose")
	assert.NilError(t, err)
	c := exec.CommandContext(ctx, program, append([]string{"--progress", "plain"}, args...)...)
	c.Dir, c.Env = u.project, u.environment
	return c
}

// try runs the program to its end.
func (u *user) try(ctx context.Context, t *testing.T, args ...string) result {
	t.Helper()
	c := u.command(ctx, t, args...)
	var out, complaints bytes.Buffer
	progress := &timed{t: t, began: time.Now(), copy: &complaints}
	c.Stdout, c.Stderr = &out, progress
	t.Log("$ clocker-compose ", strings.Join(args, " "))
	err := c.Run()
	if _, exited := errors.AsType[*exec.ExitError](err); !exited {
		assert.NilError(t, err)
	}
	r := result{out.String(), complaints.String(), c.ProcessState.ExitCode(), time.Since(progress.began)}
	t.Logf("%sexit code %d after %s", r.stdout, r.code, r.took.Round(100*time.Millisecond))
	return r
}

// do is try of what has to succeed. It returns what was printed.
func (u *user) do(ctx context.Context, t *testing.T, args ...string) string {
	t.Helper()
	r := u.try(ctx, t, args...)
	assert.Equal(t, r.code, 0, "%s", r)
	return r.stdout
}

// timed logs lines as they come, with the time at which they came.
type timed struct {
	t     *testing.T
	began time.Time
	copy  *bytes.Buffer
	rest  []byte
}

func (w *timed) Write(p []byte) (int, error) {
	w.copy.Write(p)
	w.rest = append(w.rest, p...)
	for {
		line, rest, whole := bytes.Cut(w.rest, []byte("\n"))
		if !whole {
			return len(p), nil
		}
		w.t.Logf("%4.0f s %s", time.Since(w.began).Seconds(), line)
		w.rest = rest
	}
}
