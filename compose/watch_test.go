package compose_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// watched is a project that runs on fake hosts while its files change.
type watched struct {
	// keep keeps the images that rebuilds have replaced.
	keep bool
	*shop
	dir     string
	project *project.Project

	mu     sync.Mutex
	said   []string
	output heard
	warned []string
}

func newWatched(t *testing.T, content string, files map[string]string, names ...string) *watched {
	t.Helper()
	w := &watched{shop: newShop(names...), dir: t.TempDir()}
	for name, text := range files {
		w.write(t, name, text)
	}
	w.write(t, "compose.yaml", content)
	var err error
	w.project, err = project.Load(t.Context(), project.Options{
		Files: []string{filepath.Join(w.dir, "compose.yaml")}, Name: "shop", WorkingDir: w.dir,
	})
	assert.NilError(t, err)
	w.Warn = func(sentence string) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.warned = append(w.warned, sentence)
	}
	return w
}

func (w *watched) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(w.dir, name)
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(t, os.WriteFile(path, []byte(text), 0o600))
}

// heard is what commands wrote.
type heard struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (h *heard) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(p)
}

func (h *heard) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

// watch brings the project up and watches it until the test ends.
func (w *watched) watch(t *testing.T) {
	t.Helper()
	_, err := compose.Up(t.Context(), &w.Env, w.project, compose.UpOptions{})
	assert.NilError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- compose.Watch(ctx, &w.Env, w.project, w.options()) }()
	t.Cleanup(func() {
		cancel()
		assert.NilError(t, <-ended)
		goleak.VerifyNone(t)
	})
	w.says(t, "Watch enabled")
}

func (w *watched) options() compose.WatchOptions {
	return compose.WatchOptions{
		Prune: !w.keep, Out: &w.output,
		Tell: func(sentence string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.said = append(w.said, sentence)
		},
	}
}

func (w *watched) says(t *testing.T, sentence string) {
	t.Helper()
	w.eventually(t, func() string {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !slices.Contains(w.said, sentence) {
			return fmt.Sprintf("no %q in %q (%q)", sentence, w.said, w.warned)
		}
		return ""
	})
}

// holds waits until a file of a replica has a content, "" for no file.
func (w *watched) holds(t *testing.T, host, replica, path, want string) {
	t.Helper()
	w.eventually(t, func() string {
		r, err := w.engines[host].Exec(t.Context(), replica, []string{"cat", path})
		if err != nil {
			return err.Error()
		}
		if got := strings.TrimSuffix(string(r.Stdout), "\n"); got != want {
			return fmt.Sprintf("%s of %s is %q", path, replica, got)
		}
		return ""
	})
}

func (w *watched) eventually(t *testing.T, problem func() string) {
	t.Helper()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		if p := problem(); p != "" {
			return poll.Continue("%s", p)
		}
		return poll.Success()
	}, poll.WithTimeout(time.Minute), poll.WithDelay(20*time.Millisecond))
}

const watchedFile = `services:
  web:
    image: app
    scale: 2
    command: serve
    build: {context: .}
    develop:
      watch:
        - {path: src, action: sync, target: /app, ignore: ["*.log", vendor/], initial_sync: true}
        - {path: conf, action: sync+restart, target: /conf, include: ["*.conf"]}
        - {path: one.txt, action: sync+exec, target: /one.txt, exec: {command: [cat, /one.txt]}}
`

// TestWatchSyncsReplicasOnAllHosts: what is new, changed, removed and ignored.
func TestWatchSyncsReplicasOnAllHosts(t *testing.T) {
	w := newWatched(t, watchedFile, map[string]string{
		"src/a": "old", "src/x.log": "log", "src/vendor/v": "v", "src/secret": "s", ".dockerignore": "src/secret\n", "src/.git/HEAD": "ref", "src/Dockerfile": "FROM x",
	}, "h1", "h2")
	w.watch(t)
	replicas := map[string]string{"h1": "shop-web-1", "h2": "shop-web-2"}
	for host, replica := range replicas {
		w.holds(t, host, replica, "/app/a", "old")
		for _, left := range []string{"x.log", "vendor/v", "secret", ".git/HEAD", "Dockerfile"} {
			w.holds(t, host, replica, "/app/"+left, "")
		}
	}
	w.write(t, "src/a", "new")
	w.write(t, "src/deep/er/b", "b")
	for host, replica := range replicas {
		w.holds(t, host, replica, "/app/a", "new")
		w.holds(t, host, replica, "/app/deep/er/b", "b")
	}
	assert.NilError(t, os.RemoveAll(filepath.Join(w.dir, "src/deep")))
	for host, replica := range replicas {
		w.holds(t, host, replica, "/app/deep/er/b", "")
	}
	assert.Equal(t, len(w.warned), 0, "%q", w.warned)
}

func TestWatchRestartsAndRunsCommands(t *testing.T) {
	w := newWatched(t, watchedFile, map[string]string{"src/a": "", "one.txt": "", "conf/notes": ""}, "h1", "h2")
	w.watch(t)
	w.write(t, "conf/notes", "not included")
	w.write(t, "conf/x.conf", "c")
	w.says(t, `Syncing service "web" after 1 changes were detected`)
	w.says(t, `service(s) ["web"] restarted`)
	w.holds(t, "h1", "shop-web-1", "/conf/x.conf", "c")
	w.holds(t, "h2", "shop-web-2", "/conf/x.conf", "c")
	w.write(t, "one.txt", "ran")
	w.eventually(t, func() string {
		if strings.Count(w.output.String(), "ran") != 2 {
			return "the command wrote " + w.output.String()
		}
		return ""
	})
}

// TestWatchGoesOnAfterAFailure: it is told, and the service isn't restarted.
func TestWatchGoesOnAfterAFailure(t *testing.T) {
	w := newWatched(t, watchedFile, map[string]string{"src/a": "", "conf/x.conf": ""}, "h1")
	w.watch(t)
	w.engines["h1"].Inject(fake.Fault{Method: "CopyTo", Kind: fake.Broken, Text: "disk full"})
	w.write(t, "conf/x.conf", "1")
	w.eventually(t, func() string {
		w.mu.Lock()
		defer w.mu.Unlock()
		if len(w.warned) == 0 || !strings.Contains(w.warned[0], "Error handling changed files: copy files to shop-web-") {
			return fmt.Sprintf("warned %q", w.warned)
		}
		return ""
	})
	w.engines["h1"].Heal()
	w.write(t, "conf/x.conf", "2")
	w.says(t, `service(s) ["web"] restarted`)
	assert.Equal(t, strings.Count(strings.Join(w.said, "\n"), "restarted"), 1)
	w.holds(t, "h1", "shop-web-1", "/conf/x.conf", "2")
}

// builders remember what they were asked to build.
type builders struct {
	mu    sync.Mutex
	built [][]string
	err   error
}

func (b *builders) Build(_ context.Context, _ *project.Project, services []string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.built = append(b.built, services)
	return b.err
}

const rebuiltFile = `services:
  web: {image: app, build: ., command: serve, develop: {watch: [{path: src, action: rebuild}]}}
  other: {image: app, command: serve}
`

func TestWatchRebuilds(t *testing.T) {
	w := newWatched(t, rebuiltFile, map[string]string{"src/a": ""}, "h1")
	b := &builders{}
	w.Builder = b
	w.watch(t)
	before := w.containers(t)
	w.write(t, "src/a", "new")
	w.says(t, `service(s) ["web"] successfully built`)
	w.eventually(t, func() string {
		if now := w.containers(t); now["shop-web-1"] == before["shop-web-1"] || now["shop-web-1"] == "" {
			return "it isn't recreated"
		}
		return ""
	})
	assert.Equal(t, w.containers(t)["shop-other-1"], before["shop-other-1"])
	assert.DeepEqual(t, b.built, [][]string{{"web"}})
	b.mu.Lock()
	b.err = errors.New("no such file")
	b.mu.Unlock()
	w.write(t, "src/a", "newer")
	w.eventually(t, func() string {
		w.mu.Lock()
		defer w.mu.Unlock()
		if !slices.Contains(w.warned, "Error handling changed files: build: no such file") {
			return fmt.Sprint(w.warned)
		}
		return ""
	})
}

func (w *watched) containers(t *testing.T) map[string]string {
	t.Helper()
	o, err := w.engines["h1"].Observe(t.Context())
	assert.NilError(t, err)
	ids := map[string]string{}
	for _, c := range o.Containers {
		if c.State == hosts.Running {
			ids[c.Name] = c.ID
		}
	}
	return ids
}

func TestWatchRefuses(t *testing.T) {
	for _, c := range []struct{ develop, want string }{
		{"", "none of the selected services is configured for watch, consider setting a 'develop' section"},
		{"develop: {watch: [{path: ., action: rebuild}]}", `can't watch service "web" with action rebuild without a build context`},
		{"build: ., develop: {watch: [{path: src, action: rebuild}]}", `can't watch service "web" with action rebuild for DIR/src: this version builds no images; ` +
			"use sync, restart or sync+restart, or leave the service out"},
		{"develop: {watch: [{path: ., action: restart, ignore: ['[']}]}", "service web: develop.watch of DIR: ignore: read patterns: syntax error in pattern"},
		{
			"volumes: ['./src:/app'], develop: {watch: [{path: ./src/a, action: sync, target: /app/a}]}",
			"none of the selected services is configured for watch, consider setting a 'develop' section",
		},
	} {
		w := newWatched(t, "services: {web: {image: app, "+c.develop+"}}", nil, "h1")
		err := compose.CheckWatch(&w.Env, w.project, nil)
		assert.Error(t, err, strings.ReplaceAll(c.want, "DIR", w.dir))
		assert.Equal(t, len(w.warned), 0)
		assert.Error(t, compose.Watch(t.Context(), &w.Env, w.project, w.options()), err.Error())
		assert.Equal(t, len(w.calls("h1")), 0)
	}
}
