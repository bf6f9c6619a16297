package program

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
)

// opened is the provider of a location whose program is a shell script, or the
// file of one.
func opened(t *testing.T, l hosts.Location, environ []string, command ...string) hosts.Provider {
	t.Helper()
	if l.Template == nil {
		l.Template = hosts.Template{}
	}
	p, err := Kind().Open(hosts.ProviderSetup{Location: l, Program: func(string) (hosts.Program, error) {
		return hosts.Program{Command: command, Directory: t.TempDir(), Environ: append(os.Environ(), environ...)}, nil
	}})
	assert.NilError(t, err)
	return p
}

// TestSample holds the example to what every provider does.
func TestSample(t *testing.T) {
	sample, err := filepath.Abs("../../examples/machines/machines.sh")
	assert.NilError(t, err)
	folder := t.TempDir()
	most := "100"
	conformance.Providers(t, conformance.Cloud{
		Open: func(t *testing.T, l hosts.Location) (hosts.Provider, error) {
			return &limitedProvider{func() hosts.Provider {
				return opened(t, l, []string{"MACHINES=" + folder, "MACHINES_MAX=" + most}, sample)
			}}, nil
		},
		Template: hosts.Template{"size": "small"},
		Many:     4, // its list has no pages
		Limit: func(t *testing.T, n int) {
			files, err := filepath.Glob(filepath.Join(folder, "*.json"))
			assert.NilError(t, err)
			if most = "100"; n >= 0 {
				most = strconv.Itoa(len(files) + n)
			}
		},
	})
}

// limitedProvider calls the program with the limit of that moment.
type limitedProvider struct{ now func() hosts.Provider }

func (p *limitedProvider) Create(ctx context.Context, o hosts.Order) (hosts.Machine, error) {
	return p.now().Create(ctx, o)
}

func (p *limitedProvider) List(ctx context.Context, l hosts.Location) ([]hosts.Machine, error) {
	return p.now().List(ctx, l)
}

func (p *limitedProvider) Delete(ctx context.Context, m hosts.Machine) error {
	return p.now().Delete(ctx, m)
}

func (p *limitedProvider) Sizes(ctx context.Context, l hosts.Location) ([]hosts.Size, error) {
	return p.now().(hosts.Sizer).Sizes(ctx, l)
}

func TestWhatProgramsSayWrong(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"fails", "echo first >&2; echo no route >&2; exit 3", "create machine eu-1: program p: exit status 3: no route"},
		{"fails without a word", "exit 3", "exit status 3: it said nothing on standard error"},
		{"isn't JSON", "echo hello", "its reply isn't JSON"},
		{"says nothing", "true", "its reply isn't JSON"},
		{"another version", `echo '{"version": 2}'`, "its reply is of version 2; it is to be 1"},
		{"no machine", `echo '{"version": 1}'`, "it doesn't tell of the machine"},
		{"another machine", `echo '{"version": 1, "machine": {"id": "1", "name": "x", "location": "eu", "state": "running"}}'`, `it made machine "x" of location "eu"`},
		{"unknown state", `echo '{"version": 1, "machine": {"id": "1", "name": "eu-1", "location": "eu", "state": "on"}}'`, `it says that machine "eu-1" is "on"`},
		{"refuses", `echo '{"version": 1, "error": {"kind": "size", "message": "there is no size huge"}}'`, "there is no size huge"},
		{"refuses and fails", `echo '{"version": 1, "error": {"message": "no"}}'; exit 1`, "program p: no"},
		{"repeats the user data", `cat >&2; exit 1`, "exit status 1: what it said last repeats the user data"},
		{"is too long", `head -c 17000000 /dev/zero`, "its reply is longer than 16777216 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := hosts.Location{Name: "eu", Template: hosts.Template{"program": "p"}}
			_, err := opened(t, l, nil, "sh", "-c", c.script).Create(t.Context(), hosts.Order{Location: l, Name: "eu-1", UserData: "secret-key"})
			assert.ErrorContains(t, err, c.want)
			assert.Assert(t, !strings.Contains(err.Error(), "secret-key"))
		})
	}
}

func TestCapacityIsTold(t *testing.T) {
	script := `echo '{"version": 1, "error": {"kind": "capacity", "message": "4 of 4 in use"}}'`
	_, err := opened(t, hosts.Location{}, nil, "sh", "-c", script).Create(t.Context(), hosts.Order{Name: "eu-1"})
	assert.ErrorIs(t, err, hosts.ErrCapacity)
	assert.ErrorContains(t, err, "4 of 4 in use")
}

func TestSizesThatAProgramDoesNotKnow(t *testing.T) {
	script := `echo '{"version": 1, "error": {"kind": "unsupported", "message": "there is no action sizes"}}'`
	sizes, err := opened(t, hosts.Location{}, nil, "sh", "-c", script).(hosts.Sizer).Sizes(t.Context(), hosts.Location{})
	assert.NilError(t, err)
	assert.Equal(t, len(sizes), 0)
}

// TestWhatAProgramIsTold reads the request as the program gets it.
func TestWhatAProgramIsTold(t *testing.T) {
	seen := filepath.Join(t.TempDir(), "seen")
	l := hosts.Location{Name: "eu", Template: hosts.Template{
		"program": "p", "timeout": time.Minute, "start-timeout": 90 * time.Second, "size": "big", "options": map[string]string{"rack": "4"},
	}}
	p := opened(t, l, []string{"SEEN=" + seen}, "sh", "-c", `cat >"$SEEN"; echo '{"version": 1, "machines": []}'`)
	all, err := p.List(t.Context(), l)
	assert.NilError(t, err)
	assert.Equal(t, len(all), 0)
	got, err := os.ReadFile(seen)
	assert.NilError(t, err)
	assert.Equal(t, string(got), `{"version":1,"action":"list","location":"eu","template":{"options":{"rack":"4"},"size":"big","start-timeout":"1m30s"}}`)
}

// TestAllProcessesEndWithTheirTime has a program that starts another one.
func TestAllProcessesEndWithTheirTime(t *testing.T) {
	note := filepath.Join(t.TempDir(), "pid")
	l := hosts.Location{Template: hosts.Template{"timeout": 300 * time.Millisecond}}
	p := opened(t, l, []string{"NOTE=" + note}, "sh", "-c", `sleep 1000 & echo $! >"$NOTE.new"; mv "$NOTE.new" "$NOTE"; wait`)
	for {
		_, err := p.List(t.Context(), l)
		assert.ErrorContains(t, err, "no reply in 300ms")
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		if _, err := os.Stat(note); err == nil {
			break // on a machine that is busy the program may not have come so far
		}
	}
	content, err := os.ReadFile(note)
	assert.NilError(t, err)
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	assert.NilError(t, err)
	for deadline := time.Now().Add(time.Minute); !ended(pid); time.Sleep(10 * time.Millisecond) {
		assert.Assert(t, time.Now().Before(deadline), "process %d is still there", pid)
	}
}

// ended tells that a process is gone, or waits for nothing but its parent.
func ended(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}
