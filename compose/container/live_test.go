package container_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// TestLive runs Docker Compose on the corpus, and compares what it asks an
// engine for, and what the engine makes of it, with what we do. It wants the
// program in COMPOSE_BIN, and an engine of the test's own in DOCKER_HOST
// (unix://). With GOLDEN=1 it keeps what Docker Compose asked for.
func TestLive(t *testing.T) {
	program, socket := os.Getenv("COMPOSE_BIN"), os.Getenv("DOCKER_HOST")
	if program == "" || socket == "" {
		t.Skip("COMPOSE_BIN and DOCKER_HOST are not set")
	}
	e := &rawEngine{http.Client{Transport: dialling(socket), Timeout: time.Minute}}
	e.importBusybox(t)
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			if recent := e.recent(t); name == "recent" && !recent {
				t.Skip("the engine is older than 28")
			}
			dir := filepath.Join(recordedAt, name)
			assert.NilError(t, os.RemoveAll(dir))
			assert.NilError(t, os.CopyFS(dir, os.DirFS(filepath.Join("testdata", name))))
			t.Cleanup(func() { assert.Check(t, os.RemoveAll(dir)) })

			theirs := composed{program: program, dir: dir, name: name, engine: e}
			want := theirs.run(t, socket)
			if os.Getenv("GOLDEN") != "" {
				want.keep(t, name)
			}
			got := created(t, e, dir, name, socket)
			assert.Check(t, is.Equal(got.requested, want.requested))
			assert.Check(t, is.Equal(got.inspected, want.inspected))
		})
	}
}

// outcome is what was asked for, and what an engine made of it.
type outcome struct {
	recording
	// requested and inspected are canonical, with names in the place of IDs.
	requested, inspected string
}

func (o outcome) keep(t *testing.T, name string) {
	t.Helper()
	asked := canonical(t, o.requests)
	maps.DeleteFunc(o.IDs, func(_, id string) bool { return !strings.Contains(asked, id) })
	text := canonical(t, o.recording)
	assert.NilError(t, os.WriteFile(recordingFile(name), []byte(text+"\n"), 0o644))
}

type composed struct {
	program, dir, name string
	engine             *rawEngine
}

func (c composed) run(t *testing.T, socket string) outcome {
	t.Helper()
	r := record(t, socket)
	t.Cleanup(func() { c.compose(t, r.URL, "down", "-v", "-t", "0") })
	if c.name == "references" { // files are copied at the start
		c.compose(t, r.URL, "up", "-d", "--no-build")
	} else {
		c.compose(t, r.URL, "create", "--no-build")
	}
	o := outcome{recording: recording{requests: r.requests, IDs: map[string]string{}}}
	for id := range r.ids {
		if service := c.engine.service(t, id); service != "" {
			o.IDs[service] = id
		}
	}
	o.requested = anonymize(canonical(t, r.requests), r.ids)
	o.inspected = c.engine.inspectAll(t, r)
	c.compose(t, r.URL, "down", "-v", "-t", "0")
	return o
}

func (c composed) compose(t *testing.T, url string, args ...string) {
	t.Helper()
	command := exec.Command(c.program, append([]string{"-p", c.name, "--progress", "plain"}, args...)...)
	command.Dir = c.dir
	command.Env = append(environ(), "DOCKER_HOST=tcp://"+url[len("http://"):])
	output, err := command.CombinedOutput()
	if bytes.Contains(output, []byte(`namespace {"time" ""} does not exist`)) {
		t.Skip("this kernel lacks time namespaces, without which the engine starts no container")
	}
	assert.NilError(t, err, "%s", output)
}

// rawEngine asks an engine what adapters have no use for.
type rawEngine struct{ http.Client }

func (e *rawEngine) get(t *testing.T, path string) map[string]any {
	t.Helper()
	answer, err := e.Get("http://engine" + path)
	assert.NilError(t, err)
	defer func() { assert.Check(t, answer.Body.Close()) }()
	var result map[string]any
	assert.NilError(t, json.NewDecoder(answer.Body).Decode(&result))
	return result
}

func (e *rawEngine) recent(t *testing.T) bool {
	t.Helper()
	version, _ := e.get(t, "/version")["ApiVersion"].(string)
	return version >= "1.48"
}

func (e *rawEngine) service(t *testing.T, id string) string {
	t.Helper()
	config, _ := e.get(t, "/containers/"+id+"/json")["Config"].(map[string]any)
	labels, _ := config["Labels"].(map[string]any)
	service, _ := labels[hosts.LabelService].(string)
	return service
}

// importBusybox makes an image from the machine's own static busybox.
func (e *rawEngine) importBusybox(t *testing.T) {
	t.Helper()
	binary, err := os.ReadFile("/bin/busybox")
	assert.NilError(t, err)
	answer, err := e.Post("http://engine/images/create?fromSrc=-&repo=busybox&tag=latest&changes=VOLUME%20/image-volume&changes=CMD%20sleep%20600&changes=ENV%20PATH=/bin",
		"application/x-tar", bytes.NewReader(rootfs(t, binary)))
	assert.NilError(t, err)
	output, err := io.ReadAll(answer.Body)
	assert.NilError(t, err)
	assert.NilError(t, answer.Body.Close())
	assert.Equal(t, answer.StatusCode, http.StatusOK, string(output))
}
