package project_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/project"
)

// composeBin is a Docker Compose of version 5.6. Where it is set, its answers
// are what is wanted; elsewhere those that it once gave are.
func composeBin() string { return os.Getenv("COMPOSE_BIN") }

var update = flag.Bool("update-corpus", false, "write what COMPOSE_BIN answers into testdata/corpus")

// sample is one project of the corpus in a directory of its own.
type sample struct {
	archive *txtar.Archive
	file    string
	dir     string
	args    []string
	env     []string
}

func corpus(t *testing.T) []sample {
	t.Helper()
	t.Setenv("HOME", "/home/user") // compose-go asks the process for it
	files, err := filepath.Glob("testdata/corpus/*.txtar")
	assert.NilError(t, err)
	assert.Assert(t, len(files) > 0)
	var samples []sample
	for _, f := range files {
		samples = append(samples, readSample(t, f))
	}
	return samples
}

func readSample(t *testing.T, file string) sample {
	t.Helper()
	a, err := txtar.ParseFile(file)
	assert.NilError(t, err)
	s := sample{archive: a, file: file, dir: unpack(t, a), env: []string{"HOME=/home/user"}}
	for line := range strings.SplitSeq(string(a.Comment), "\n") {
		if rest, ok := strings.CutPrefix(line, "args:"); ok {
			s.args = strings.Fields(rest)
		}
		if rest, ok := strings.CutPrefix(line, "env:"); ok {
			s.env = append(s.env, strings.Fields(rest)...)
		}
	}
	return s
}

// unpack writes the archive's files, but for what is wanted, into a directory
// called "project".
func unpack(t *testing.T, a *txtar.Archive) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "project")
	for _, f := range a.Files {
		if strings.HasPrefix(f.Name, "want/") {
			continue
		}
		path := filepath.Join(dir, f.Name)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(t, os.WriteFile(path, f.Data, 0o600))
	}
	return dir
}

// options are what the sample's command line means.
func (s sample) options(t *testing.T) project.Options {
	t.Helper()
	o := project.Options{WorkingDir: s.dir, Environ: s.env}
	flags := flag.NewFlagSet(s.file, flag.ContinueOnError)
	flags.StringVar(&o.Name, "p", "", "")
	flags.StringVar(&o.Directory, "project-directory", "", "")
	flags.Func("f", "", func(v string) error { o.Files = append(o.Files, v); return nil })
	flags.Func("profile", "", func(v string) error { o.Profiles = append(o.Profiles, v); return nil })
	flags.Func("env-file", "", func(v string) error { o.EnvFiles = append(o.EnvFiles, v); return nil })
	assert.NilError(t, flags.Parse(s.args))
	return o
}

// want is what Docker Compose answers, live or as recorded under key.
func (s sample) want(t *testing.T, key string, args ...string) string {
	t.Helper()
	if bin := composeBin(); bin != "" {
		cmd := exec.Command(bin, append(slices.Clone(s.args), args...)...)
		cmd.Dir, cmd.Env = s.dir, append(slices.Clone(s.env), "DOCKER_HOST=unix:///nowhere")
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		assert.NilError(t, err, stderr.String())
		s.record(t, key, out)
		return string(out)
	}
	for _, f := range s.archive.Files {
		if f.Name == "want/"+key {
			return strings.ReplaceAll(string(f.Data), "/DIR", s.dir)
		}
	}
	t.Skipf("no recorded answer for %s, and COMPOSE_BIN is not set", key)
	return ""
}

// record keeps an answer in the archive.
func (s sample) record(t *testing.T, key string, answer []byte) {
	t.Helper()
	if !*update {
		return
	}
	data := bytes.ReplaceAll(answer, []byte(s.dir), []byte("/DIR"))
	if len(data) > 0 && data[len(data)-1] != '\n' {
		data = append(data, '\n')
	}
	a, err := txtar.ParseFile(s.file)
	assert.NilError(t, err)
	a.Files = slices.DeleteFunc(a.Files, func(f txtar.File) bool { return f.Name == "want/"+key })
	a.Files = append(a.Files, txtar.File{Name: "want/" + key, Data: data})
	assert.NilError(t, os.WriteFile(s.file, txtar.Format(a), 0o644))
}

func (s sample) load(t *testing.T, change func(*project.Options)) *project.Project {
	t.Helper()
	o := s.options(t)
	change(&o)
	p, err := project.Load(context.Background(), o)
	assert.NilError(t, err)
	return p
}

func asIs(*project.Options) {}

func TestRenderEqualsDockerCompose(t *testing.T) {
	for _, s := range corpus(t) {
		for _, c := range []struct {
			key, format string
			args        []string
			change      func(*project.Options)
		}{
			{"config.yaml", "yaml", []string{"config"}, asIs},
			{"config.json", "json", []string{"config", "--format", "json"}, asIs},
			{"raw.yaml", "yaml", []string{"config", "--no-interpolate"}, func(o *project.Options) { o.NoInterpolate = true }},
			{"plain.yaml", "yaml", []string{"config", "--no-normalize", "--no-path-resolution", "--no-env-resolution"}, func(o *project.Options) {
				o.NoNormalize, o.NoPathResolution, o.NoEnvResolution = true, true, true
			}},
		} {
			t.Run(strings.TrimSuffix(filepath.Base(s.file), ".txtar")+"/"+c.key, func(t *testing.T) {
				want := s.want(t, c.key, c.args...)
				got, err := project.Render(s.load(t, c.change), c.format)
				assert.NilError(t, err)
				assert.Equal(t, strings.TrimSuffix(string(got), "\n"), strings.TrimSuffix(want, "\n"))
			})
		}
	}
}

func TestServiceHashEqualsDockerCompose(t *testing.T) {
	for _, s := range corpus(t) {
		t.Run(strings.TrimSuffix(filepath.Base(s.file), ".txtar"), func(t *testing.T) {
			got, err := s.load(t, asIs).Hashes(nil)
			assert.NilError(t, err)
			want := strings.Split(strings.TrimSpace(s.want(t, "hash", "config", "--hash", "*")), "\n")
			if composeBin() != "" {
				assert.DeepEqual(t, got, want)
				return
			}
			// The hash of a service that has the project's directory in it differs
			// from one directory to the next.
			elsewhere := readSample(t, s.file)
			moved, err := elsewhere.load(t, asIs).Hashes(nil)
			assert.NilError(t, err)
			for i := range got {
				if got[i] == moved[i] {
					assert.Equal(t, got[i], want[i])
				}
			}
		})
	}
}
