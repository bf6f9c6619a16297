package container_test

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/container"
)

// bakedWeb is what Docker Compose 5.6 prints for the service web of
// everyAttribute, with PLACE for its folder.
const bakedWeb = `{
  "context": "PLACE/src", "contexts": {"base": "target:base", "files": "PLACE/files", "lib": "docker-image://lib"},
  "dockerfile": "PLACE/src/web.Dockerfile", "args": {"ASKED": "$${flag}", "FIXED": "1"},
  "labels": {
    "com.docker.compose.project": "shop", "com.docker.compose.service": "web", "com.docker.compose.version": "5.6.0", "mine": "yes"
  },
  "tags": ["web:also", "registry.example/web:1", "registry.example/web:1"],
  "cache-from": ["web:cache"], "cache-to": ["type=inline"], "target": "final",
  "secret": ["id=file,type=file,src=PLACE/pw", "id=other,type=env,env=COMPOSE_PROJECT_NAME"], "ssh": ["default=", "key=PLACE/id"],
  "platforms": ["linux/amd64", "linux/arm64"], "pull": true, "no-cache": true, "network": "host", "no-cache-filter": ["final"],
  "shm-size": "67108864", "ulimits": ["nofile=1:2", "nproc=7"], "entitlements": ["device", "security.insecure"],
  "extra-hosts": {"db": "10.0.0.1"}, "output": ["type=image,push=true"], "attest": ["type=provenance,mode=max", "type=sbom"]
}`

func TestBake(t *testing.T) {
	p := written(t, everyAttribute)
	place, err := filepath.EvalSymlinks(p.WorkingDir)
	assert.NilError(t, err)
	text, err := container.Bake(p, []string{"web"}, container.Build{
		Args: types.NewMappingWithEquals([]string{"ASKED=${flag}"}), Push: true,
	})
	assert.NilError(t, err)
	var got struct {
		Group  map[string]struct{ Targets []string }
		Target map[string]any
	}
	assert.NilError(t, json.Unmarshal(text, &got))
	assert.DeepEqual(t, got.Group["default"].Targets, []string{"base", "web"})
	var want any
	assert.NilError(t, json.Unmarshal([]byte(strings.ReplaceAll(bakedWeb, "PLACE", place)), &want))
	assert.DeepEqual(t, got.Target["web"], want)
	assert.Assert(t, got.Target["base"] != nil)
	assert.Assert(t, strings.HasSuffix(string(text), "}\n"))

	text, err = container.Bake(written(t, "services: {web: {image: x}}"), []string{"web"}, container.Build{})
	assert.NilError(t, err)
	assert.Equal(t, string(text), "")
}

func TestBakeNamesTargetsApart(t *testing.T) {
	p := written(t, "services: {a.b: {build: {dockerfile_inline: FROM x}, platform: linux/arm64}, a_b: {build: {dockerfile_inline: FROM x}}}")
	text, err := container.Bake(p, []string{"a.b", "a_b"}, container.Build{})
	assert.NilError(t, err)
	for _, part := range []string{`"a_b": {`, `"a_b_": {`, `"shop-a.b"`, `"linux/arm64"`} {
		assert.Assert(t, strings.Contains(string(text), part), "%s in %s", part, text)
	}
}
