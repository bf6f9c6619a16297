//go:build e2e

package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// Project is a compose file in a folder, under a name that no other test has.
type Project struct {
	Name string
	lab  *Lab
	// folder holds compose.yaml and what it refers to.
	folder string
	// environment of each command, after the lab's.
	environment []string
}

// Row is what `ps --format json` prints for a container.
type Row struct {
	ID, Name, Service, Host, State, Health string
	Publishers                             []Publisher
}

// Publisher is a published port.
type Publisher struct {
	URL                       string
	TargetPort, PublishedPort int
}

// Result is what a command did.
type Result struct {
	Stdout, Stderr string
	Code           int
}

func (r Result) String() string {
	return fmt.Sprintf("exit code %d\n--- stdout\n%s\n--- stderr\n%s", r.Code, r.Stdout, r.Stderr)
}

// Project writes the compose file, and sees to it that nothing of the project outlives the test.
func (l *Lab) Project(t *testing.T, composeFile string) *Project {
	t.Helper()
	p := &Project{Name: projectName(t), lab: l, folder: t.TempDir()}
	p.Write(t, composeFile)
	t.Cleanup(func() { p.sweep(t) })
	return p
}

// OnOneHost is the project as a user without any configuration has it: on the current Docker engine alone.
func (l *Lab) OnOneHost(t *testing.T, h Host, composeFile string) *Project {
	t.Helper()
	p := l.Project(t, composeFile)
	p.environment = []string{"DOCKER_HOST=" + h.Socket(), "CLOCKER_CONFIG=" + filepath.Join(p.folder, "none.yaml")}
	return p
}

var notInNames = regexp.MustCompile(`[^a-z0-9]+`)

func projectName(t *testing.T) string {
	name := notInNames.ReplaceAllString(strings.ToLower(strings.TrimPrefix(t.Name(), "Test")), "")
	return fmt.Sprintf("%.16s%x", name, time.Now().UnixNano()%0xffff)
}

// Write replaces the compose file.
func (p *Project) Write(t *testing.T, composeFile string) {
	t.Helper()
	assert.NilError(t, os.WriteFile(filepath.Join(p.folder, "compose.yaml"), []byte(composeFile), 0o600))
}

// Another is a second project, of the same test and lab.
func (p *Project) Another(t *testing.T, composeFile string) *Project {
	t.Helper()
	return p.lab.Project(t, composeFile)
}

func (p *Project) command(ctx context.Context, program string, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, program, append([]string{"-p", p.Name}, args...)...)
	c.Dir = p.folder
	c.Env = append(p.lab.environment(), p.environment...)
	c.WaitDelay = 5 * time.Second
	return c
}

// Try runs the program, for at most two minutes.
func (p *Project) Try(t *testing.T, args ...string) Result {
	t.Helper()
	return p.try(t, program(t), args...)
}

func (p *Project) try(t *testing.T, program string, args ...string) Result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	c := p.command(ctx, program, args...)
	var out, complaint bytes.Buffer
	c.Stdout, c.Stderr = &out, &complaint
	err := c.Run()
	r := Result{Stdout: out.String(), Stderr: complaint.String(), Code: c.ProcessState.ExitCode()}
	if ctx.Err() != nil {
		t.Fatalf("%s did not end within two minutes: %v\n%s", strings.Join(args, " "), err, r)
	}
	return r
}

// Do runs the program, which must succeed.
func (p *Project) Do(t *testing.T, args ...string) Result {
	t.Helper()
	r := p.Try(t, args...)
	assert.Equal(t, r.Code, 0, "clocker-compose %s: %s", strings.Join(args, " "), r)
	return r
}

// Up brings the project up and waits until it runs.
func (p *Project) Up(t *testing.T, args ...string) Result {
	t.Helper()
	return p.Do(t, append([]string{"up", "-d"}, args...)...)
}

// DockerCompose runs Docker Compose on the project, where it is here.
func (p *Project) DockerCompose(t *testing.T, args ...string) Result {
	t.Helper()
	r := p.try(t, dockerCompose(t), args...)
	assert.Equal(t, r.Code, 0, "docker-compose %s: %s", strings.Join(args, " "), r)
	return r
}

// program is the built one.
func program(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs(cmp.Or(os.Getenv("CLOCKER_COMPOSE_BIN"), "../bin/clocker-compose"))
	assert.NilError(t, err)
	_, err = os.Stat(path)
	assert.NilError(t, err, "the program is not built: run 'make build'")
	return path
}

func dockerCompose(t *testing.T) string {
	t.Helper()
	path := os.Getenv("COMPOSE_BIN")
	if path == "" {
		t.Skip("Docker Compose is not here to compare with: 'make engine29' builds it, or set COMPOSE_BIN")
	}
	return path
}

// Ps is every container of the project, sorted by name.
func (p *Project) Ps(t *testing.T) []Row {
	t.Helper()
	rows := parseRows(t, p.Do(t, "ps", "-a", "--format", "json").Stdout)
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Name, b.Name) })
	return rows
}

func parseRows(t *testing.T, lines string) []Row {
	t.Helper()
	var rows []Row
	for line := range strings.Lines(lines) {
		var r Row
		assert.NilError(t, json.Unmarshal([]byte(line), &r), "%s", line)
		rows = append(rows, r)
	}
	return rows
}

// Replicas are the containers of a service.
func (p *Project) Replicas(t *testing.T, service string) []Row {
	t.Helper()
	return slices.DeleteFunc(p.Ps(t), func(r Row) bool { return r.Service != service })
}

// Replica is the only container of a service.
func (p *Project) Replica(t *testing.T, service string) Row {
	t.Helper()
	replicas := p.Replicas(t, service)
	assert.Equal(t, len(replicas), 1, "replicas of %s: %v", service, replicas)
	return replicas[0]
}

// In runs a command in a container.
func (p *Project) In(t *testing.T, r Row, command ...string) (string, error) {
	t.Helper()
	return p.lab.HostNamed(t, r.Host).TryDocker(append([]string{"exec", r.Name}, command...)...)
}

// IDs are the containers' and where they are, to be compared before and after.
func (p *Project) IDs(t *testing.T) map[string]string {
	t.Helper()
	ids := map[string]string{}
	for _, r := range p.Ps(t) {
		ids[r.Name] = r.Host + " " + r.ID
	}
	return ids
}

// sweep takes away what a failed test left, without the program under test, so that the next test starts clean.
func (p *Project) sweep(t *testing.T) {
	t.Helper()
	kinds := []struct{ list, remove []string }{
		{[]string{"ps", "-aq"}, []string{"rm", "-fv"}},
		{[]string{"network", "ls", "-q"}, []string{"network", "rm"}},
		{[]string{"volume", "ls", "-q"}, []string{"volume", "rm", "-f"}},
	}
	for _, h := range p.lab.Hosts() {
		for _, kind := range kinds {
			out, err := h.TryDocker(append(kind.list, "--filter", "label=com.docker.compose.project="+p.Name)...)
			if left := strings.Fields(out); err == nil && len(left) > 0 {
				_, _ = h.TryDocker(append(kind.remove, left...)...)
			}
		}
	}
}

// Left is what any host still has of the project: containers, networks, volumes and images, by its label.
func (p *Project) Left(t *testing.T) []string {
	t.Helper()
	var left []string
	filter := "label=com.docker.compose.project=" + p.Name
	for _, h := range p.lab.Hosts() {
		for _, list := range [][]string{{"ps", "-aq"}, {"network", "ls", "-q"}, {"volume", "ls", "-q"}, {"image", "ls", "-aq"}} {
			for id := range strings.FieldsSeq(h.Docker(t, append(slices.Clone(list), "--filter", filter)...)) {
				left = append(left, h.name+" "+list[0]+" "+id)
			}
		}
	}
	return left
}
