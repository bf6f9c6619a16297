package container_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// recordedAt is where the corpus lies while Docker Compose is recorded: the
// paths of a project are part of its hashes.
const recordedAt = "/tmp/clocker-compose-corpus"

// recording is what Docker Compose asked an engine for.
type recording struct {
	requests
	// IDs of the containers that others refer to, by service.
	IDs map[string]string `json:"ids,omitempty"`
}

func recordingFile(name string) string { return filepath.Join("testdata", name, "requests.json") }

func readRecording(t *testing.T, name string) recording {
	t.Helper()
	var g recording
	raw, err := os.ReadFile(recordingFile(name))
	assert.NilError(t, err)
	assert.NilError(t, json.Unmarshal(raw, &g))
	return g
}

func cases(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/*/compose.yaml")
	assert.NilError(t, err)
	var names []string
	for _, f := range files {
		names = append(names, filepath.Base(filepath.Dir(f)))
	}
	return names
}

// environ is the process environment of the corpus, for either tool.
func environ() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "FROM_SHELL=shell", "HOME=/nonexistent"}
}

// load reads a case of the corpus as if it lay where it was recorded.
func load(t *testing.T, name string) *project.Project {
	t.Helper()
	dir, err := filepath.Abs(filepath.Join("testdata", name))
	assert.NilError(t, err)
	p := loadAt(t, dir, name)
	move(reflect.ValueOf(p.Project).Elem(), dir, filepath.Join(recordedAt, name))
	return p
}

func loadAt(t *testing.T, dir, name string) *project.Project {
	t.Helper()
	p, err := project.Load(t.Context(), project.Options{WorkingDir: dir, Name: name, Environ: environ()})
	assert.NilError(t, err)
	return p
}

// move replaces a folder by another in all strings of a value.
func move(v reflect.Value, from, to string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			v.SetString(strings.ReplaceAll(v.String(), from, to))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			move(v.Elem(), from, to)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			move(v.Field(i), from, to)
		}
	case reflect.Slice:
		for i := range v.Len() {
			move(v.Index(i), from, to)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			value := reflect.New(v.Type().Elem()).Elem()
			value.Set(v.MapIndex(key))
			move(value, from, to)
			v.SetMapIndex(key, value)
		}
	}
}

// readMoved reads the files of a case that load has moved.
func readMoved(name string) func(string) ([]byte, fs.FileMode, error) {
	return func(path string) ([]byte, fs.FileMode, error) {
		path = strings.Replace(path, filepath.Join(recordedAt, name), filepath.Join("testdata", name), 1)
		content, err := os.ReadFile(path)
		return content, 0o644, err
	}
}

// asked is a spec in the form of a recorded request.
func asked(t *testing.T, s hosts.ContainerSpec) request {
	t.Helper()
	q := request{Platform: s.Platform, Networks: map[string]any{}, Files: s.Files}
	into(t, s.Config, &q.Config)
	into(t, s.HostConfig, &q.Host)
	for _, n := range s.Networks {
		var endpoint map[string]any
		into(t, n.Endpoint, &endpoint)
		q.Networks[n.Network] = endpoint
	}
	return q
}

func into(t *testing.T, v, result any) {
	t.Helper()
	raw, err := json.Marshal(v)
	assert.NilError(t, err)
	assert.NilError(t, json.Unmarshal(raw, result))
}

// replicas calls each for every replica of a project, dependencies first.
func replicas(t *testing.T, p *project.Project, each func(service string, number int)) {
	t.Helper()
	var done []string
	for len(done) < len(p.Services) {
		before := len(done)
		for _, name := range p.ServiceNames() {
			s := p.Services[name]
			waits := slices.ContainsFunc(s.GetDependencies(), func(d string) bool { return !slices.Contains(done, d) })
			if waits || slices.Contains(done, name) {
				continue
			}
			for number := 1; number <= s.GetScale(); number++ {
				each(name, number)
			}
			done = append(done, name)
		}
		assert.Assert(t, len(done) > before, "a cycle among %v", p.ServiceNames())
	}
}
