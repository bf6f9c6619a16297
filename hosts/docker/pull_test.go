package docker_test

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

func TestPull(t *testing.T) {
	s := newStub("1.41")
	s.on("POST /images/create", 200, `{"status":"Pulling from library/nginx","id":"alpine"}
{"status":"Downloading","progressDetail":{"current":5,"total":10},"id":"layer1"}
{"status":"Digest: sha256:1"}
`)
	login := base64.StdEncoding.EncodeToString([]byte("me:pa55"))
	dir := contextDir(t, `{"auths":{"https://index.docker.io/v1/":{"auth":"`+login+`"},"other.example":{"auth":"`+login+`"}}}`, nil)
	e := open(t, serve(t, s), docker.Options{Environment: docker.Environment{ConfigDir: dir}})
	var progress []hosts.PullProgress
	err := e.PullImage(soon(t), "nginx:alpine", hosts.PullOptions{Platform: "linux/arm/v7", Progress: func(p hosts.PullProgress) { progress = append(progress, p) }})
	assert.NilError(t, err)
	assert.Check(t, cmp.DeepEqual(progress, []hosts.PullProgress{
		{Layer: "alpine", Status: "Pulling from library/nginx"}, {Layer: "layer1", Status: "Downloading", Current: 5, Total: 10},
	}))
	auth, err := base64.URLEncoding.DecodeString(s.header("POST /images/create", "X-Registry-Auth"))
	assert.NilError(t, err)
	assert.Check(t, cmp.Contains(string(auth), `"username":"me","password":"pa55"`))

	assert.NilError(t, e.PullImage(soon(t), "quiet.example/x", hosts.PullOptions{}))
	assert.Check(t, cmp.Equal(s.header("POST /images/create", "X-Registry-Auth"), ""), "a login is for its registry only")
}

func TestPullFailures(t *testing.T) {
	for name, c := range map[string]struct {
		status int
		answer string
		want   string
		gone   bool
	}{
		"at once":       {404, `{"message":"pull access denied for x, repository does not exist"}`, "host h1: pull image x: pull access denied for x, repository does not exist", true},
		"in the stream": {200, `{"status":"Pulling"}` + "\n" + `{"errorDetail":{"message":"manifest unknown"},"error":"manifest unknown"}` + "\n", "host h1: pull image x: manifest unknown", true},
		"half way":      {200, `{"errorDetail":{"message":"no space left on device"}}`, "host h1: pull image x: no space left on device", false},
		"flood":         {200, `{"status":"` + strings.Repeat("x", 5<<20) + `"}`, "host h1: pull image x: a message of the engine is larger than 4 MiB", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStub("1.41")
			s.on("POST /images/create", c.status, c.answer)
			err := open(t, serve(t, s), docker.Options{}).PullImage(soon(t), "x", hosts.PullOptions{})
			assert.Check(t, cmp.Error(err, c.want))
			assert.Check(t, cmp.Equal(errors.Is(err, hosts.ErrNotFound), c.gone))
		})
	}
}

// TestRegistryFailures: what a registry answers, as engines of both kinds tell it,
// comes with what to do about it, and with whether another time may do.
func TestRegistryFailures(t *testing.T) {
	const ref = "registry.example/app:1"
	for said, want := range map[string]struct {
		hint string
		kind error
	}{
		"no basic auth credentials": {"docker login registry.example", nil},
		"pull access denied, repository does not exist or may require authorization: authorization failed: no basic auth credentials": {"there is no login", nil},
		"unauthorized: authentication required":                                           {"is wrong, or there is none", nil},
		"unexpected status from HEAD request to https://registry.example: 403 Forbidden":  {"another one", nil},
		"x509: certificate signed by unknown authority":                                   {"/etc/docker/certs.d/registry.example/ca.crt", nil},
		"http: server gave HTTP response to HTTPS client":                                 {`"insecure-registries": ["registry.example"]`, nil},
		"toomanyrequests: You have reached your pull rate limit.":                         {"limits", hosts.ErrRegistry},
		"unknown: failed to resolve reference \"" + ref + "\": 429 Too Many Requests":     {"limits", hosts.ErrRegistry},
		"received unexpected HTTP status: 503 Service Unavailable":                        {"fault", hosts.ErrRegistry},
		"Get \"https://registry.example/v2/\": dial tcp 10.0.0.1:443: connection refused": {"doesn't reach it", hosts.ErrRegistry},
	} {
		s := newStub("1.41")
		line, err := json.Marshal(map[string]any{"errorDetail": map[string]string{"message": said}})
		assert.NilError(t, err)
		s.on("POST /images/create", 200, string(line))
		err = open(t, serve(t, s), docker.Options{}).PullImage(soon(t), ref, hosts.PullOptions{})
		assert.Check(t, cmp.ErrorContains(err, want.hint), said)
		assert.Check(t, cmp.Equal(errors.Is(err, hosts.ErrRegistry), want.kind != nil), said)
		assert.Check(t, !errors.Is(err, hosts.ErrNotFound) && !strings.Contains(err.Error(), "failed to resolve"), "%v", err)
	}
}

func TestCredentialHelperFailure(t *testing.T) {
	dir := contextDir(t, `{"credsStore":"absent-helper"}`, nil)
	s := newStub("1.41")
	err := open(t, serve(t, s), docker.Options{Environment: docker.Environment{ConfigDir: dir}}).PullImage(soon(t), "x", hosts.PullOptions{})
	assert.Check(t, cmp.ErrorContains(err, "find the login for docker.io: "))
	assert.Check(t, cmp.ErrorContains(err, "docker-credential-absent-helper"))
}
