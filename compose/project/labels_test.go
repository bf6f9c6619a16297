package project_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"sort"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
)

// TestHashesEqualLabels compares hashes with the labels that Docker Compose
// writes when it creates a project, which an engine of paper receives.
func TestHashesEqualLabels(t *testing.T) {
	for _, name := range []string{"everyday", "merge", "deploy", "secrets", "extends"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HOME", "/home/user")
			s := readSample(t, "testdata/corpus/"+name+".txtar")
			p := s.load(t, asIs)
			var got []string
			for key, n := range p.Networks {
				hash, err := p.NetworkHash(key)
				assert.NilError(t, err)
				if !bool(n.External) {
					got = append(got, "networks "+n.Name+" "+hash)
				}
			}
			for key, v := range p.Volumes {
				hash, err := p.VolumeHash(key)
				assert.NilError(t, err)
				if !bool(v.External) {
					got = append(got, "volumes "+v.Name+" "+hash)
				}
			}
			for _, service := range p.ServiceNames() {
				config := p.Services[service]
				hash, err := p.ServiceHash(service)
				assert.NilError(t, err)
				if config.GetScale() > 0 {
					got = append(got, "containers "+service+" "+hash)
				}
			}
			sort.Strings(got)
			assert.DeepEqual(t, got, s.created(t))
		})
	}
}

// created is what the labels held: "KIND NAME HASH", sorted.
func (s sample) created(t *testing.T) []string {
	t.Helper()
	if composeBin() != "" {
		engine := &paperEngine{}
		server := httptest.NewServer(engine)
		defer server.Close()
		cmd := exec.Command(composeBin(), append(slices.Clone(s.args), "create", "--no-build", "--pull", "never")...)
		cmd.Dir, cmd.Env = s.dir, append(slices.Clone(s.env), "DOCKER_HOST=tcp"+strings.TrimPrefix(server.URL, "http"))
		out, err := cmd.CombinedOutput()
		lines := engine.lines()
		assert.NilError(t, err, "%s\n%s", out, strings.Join(lines, "\n"))
		s.record(t, "labels", []byte(strings.Join(lines, "\n")))
		return lines
	}
	recorded, ok := fileOf(s.archive, "want/labels")
	assert.Assert(t, ok)
	return strings.Split(strings.TrimSpace(recorded), "\n")
}

// paperEngine answers as an empty engine that has every image, and keeps the
// hashes of what it is asked to create.
type paperEngine struct {
	mutex   sync.Mutex
	created []string
}

func (e *paperEngine) lines() []string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	sort.Strings(e.created)
	return slices.Compact(e.created)
}

func (e *paperEngine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Api-Version", "1.51")
	w.Header().Set("Ostype", "linux")
	w.Header().Set("Content-Type", "application/json")
	path := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if strings.HasPrefix(path[0], "v1.") {
		path = path[1:]
	}
	switch {
	case r.Method == http.MethodPost && path[len(path)-1] == "create":
		e.create(w, r, path[0])
	case path[0] == "images" && path[len(path)-1] == "json" && len(path) > 2:
		_, _ = w.Write([]byte(`{"Id":"sha256:` + strings.Repeat("0", 64) + `","Os":"linux","Architecture":"amd64","Config":{}}`))
	case path[0] == "containers" && len(path) == 3 && path[2] == "json":
		_, _ = w.Write([]byte(`{"Id":"` + path[1] + `","Name":"/` + path[1] + `","State":{},"HostConfig":{},"NetworkSettings":{},"Config":{"Labels":{}}}`))
	case path[0] == "networks" && len(path) > 1 && path[1] == "shared":
		_, _ = w.Write([]byte(`{"Name":"shared","Id":"shared"}`))
	case path[0] == "volumes" && len(path) > 1 && path[1] == "ext":
		_, _ = w.Write([]byte(`{"Name":"ext"}`))
	case path[0] == "volumes" && len(path) == 1:
		_, _ = w.Write([]byte(`{"Volumes":[]}`))
	case path[0] == "_ping" || path[0] == "info" || path[0] == "version":
		_, _ = w.Write([]byte(`{"ApiVersion":"1.51","OSType":"linux"}`))
	case path[0] == "networks" && len(path) == 1 && strings.Contains(r.URL.RawQuery, "shared"):
		_, _ = w.Write([]byte(`[{"Name":"shared","Id":"shared"}]`))
	case len(path) == 1 || path[len(path)-1] == "json" && len(path) == 2:
		_, _ = w.Write([]byte(`[]`))
	default:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write([]byte(`{"message":"not here"}`))
	}
}

func (e *paperEngine) create(w http.ResponseWriter, r *http.Request, kind string) {
	var body struct {
		Name   string
		Labels map[string]string
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	if kind == "containers" {
		body.Name = body.Labels["com.docker.compose.service"]
	}
	e.mutex.Lock()
	e.created = append(e.created, kind+" "+body.Name+" "+body.Labels["com.docker.compose.config-hash"])
	e.mutex.Unlock()
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write([]byte(`{"Id":"` + body.Name + `","Name":"` + body.Name + `"}`))
}
