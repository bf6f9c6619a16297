package docker_test

import (
	"os"
	"path/filepath"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

func TestProxiesAndLoginsAreTheUsers(t *testing.T) {
	dir := t.TempDir()
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "config.json"), []byte(`{
		"auths": {"registry.example": {"auth": "bWU6c2VjcmV0"}},
		"psFormat": "table",
		"proxies": {"default": {"httpProxy": "http://p:1"}, "tcp://10.0.0.1:2376": {"noProxy": "*"}}
	}`), 0o600))
	e := docker.Environment{ConfigDir: dir}
	assert.DeepEqual(t, e.Proxies("ssh://elsewhere"), map[string]string{"HTTP_PROXY": "http://p:1", "http_proxy": "http://p:1"})
	assert.DeepEqual(t, e.Proxies("tcp://10.0.0.1:2376"), map[string]string{"NO_PROXY": "*", "no_proxy": "*"})

	logins, err := e.Credentials()
	assert.NilError(t, err)
	assert.Assert(t, is.Contains(string(logins), "bWU6c2VjcmV0"))
	assert.Assert(t, !is.Contains(string(logins), "psFormat")().Success(), "%s", logins)
	assert.Equal(t, len(docker.Environment{ConfigDir: t.TempDir()}.Proxies("x")), 0)
}
