package docker_test

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// contextDir is a Docker config folder with contexts by name, and a config.json.
func contextDir(t *testing.T, config string, contexts map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	put := func(path, content string) {
		path = filepath.Join(dir, path)
		assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		assert.NilError(t, os.WriteFile(path, []byte(content), 0o600))
	}
	put("config.json", config)
	for name, url := range contexts {
		id := fmt.Sprintf("%x", sha256.Sum256([]byte(name)))
		put("contexts/meta/"+id+"/meta.json", fmt.Sprintf(`{"Name":%q,"Metadata":{},"Endpoints":{"docker":{"Host":%q}}}`, name, url))
	}
	return dir
}

func TestCurrent(t *testing.T) {
	dir := contextDir(t, `{"currentContext":"big"}`, map[string]string{"big": "ssh://root@big", "small": "tcp://small"})
	plain := contextDir(t, `{}`, nil)
	for name, c := range map[string]struct {
		env  map[string]string
		want hosts.Endpoint
		as   string
	}{
		"local socket": {map[string]string{"DOCKER_CONFIG": plain}, hosts.Endpoint{URL: "unix:///var/run/docker.sock"}, "default"},
		"config":       {map[string]string{"DOCKER_CONFIG": dir}, hosts.Endpoint{Context: "big"}, "big"},
		"context":      {map[string]string{"DOCKER_CONFIG": dir, "DOCKER_CONTEXT": "small"}, hosts.Endpoint{Context: "small"}, "small"},
		"host wins":    {map[string]string{"DOCKER_CONFIG": dir, "DOCKER_CONTEXT": "small", "DOCKER_HOST": "tcp://h"}, hosts.Endpoint{URL: "tcp://h"}, "default"},
		"tls": {
			map[string]string{"DOCKER_CONFIG": plain, "DOCKER_HOST": "tcp://h", "DOCKER_TLS_VERIFY": "1", "DOCKER_CERT_PATH": "/certs"},
			hosts.Endpoint{URL: "tcp://h", TLS: &hosts.TLS{CA: "/certs/ca.pem", Cert: "/certs/cert.pem", Key: "/certs/key.pem"}},
			"default",
		},
	} {
		t.Run(name, func(t *testing.T) {
			env := docker.ReadEnvironment(func(k string) string { return c.env[k] }, "/home/me")
			endpoint, as, err := docker.Current(env)
			assert.NilError(t, err)
			assert.Check(t, cmp.DeepEqual(endpoint, c.want))
			assert.Check(t, cmp.Equal(as, c.as))
		})
	}
	_, _, err := docker.Current(docker.Environment{ConfigDir: dir, Context: "absent"})
	assert.Check(t, cmp.Error(err, `docker context "absent" does not exist (list yours with: docker context ls)`))
	assert.Check(t, cmp.Equal(docker.ReadEnvironment(func(string) string { return "" }, "/home/me").ConfigDir, "/home/me/.docker"))
}

func TestContextByName(t *testing.T) {
	dir := contextDir(t, `{}`, map[string]string{"mine": serve(t, observable("1.41"))})
	h := hosts.Host{Name: "h1", Endpoint: hosts.Endpoint{Context: "mine"}}
	o, err := openHost(t, h, docker.Options{Environment: docker.Environment{ConfigDir: dir}}).Observe(soon(t))
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(o.Host.ID, "E1"))
	h.Endpoint.Context = "absent"
	_, err = docker.Open(h, docker.Options{Environment: docker.Environment{ConfigDir: dir}})
	assert.Check(t, cmp.ErrorContains(err, `host h1: open endpoint absent: docker context "absent" does not exist`))
}
