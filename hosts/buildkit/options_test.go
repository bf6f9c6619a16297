package buildkit

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/moby/buildkit/client"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// TestAttributes has every attribute that a build can ask for, as the Dockerfile
// frontend is told of it.
func TestAttributes(t *testing.T) {
	spec := hosts.BuildSpec{
		Tags: []string{"a:1", "b:1"}, Target: "final", Args: map[string]string{"A": "1"}, Labels: map[string]string{"l": "v"},
		Platforms: []string{"linux/amd64", "linux/arm64"}, Network: "host", ShmSize: 64, Ulimits: []string{"nofile=1:2"},
		ExtraHosts: []string{"db=10.0.0.1"}, Provenance: "true", SBOM: "generator=x", NoCacheFilter: []string{"base"}, Pull: true,
	}
	a := map[string]string{}
	addAttributes(a, spec)
	assert.DeepEqual(t, a, map[string]string{
		"target": "final", "build-arg:A": "1", "label:l": "v", "platform": "linux/amd64,linux/arm64", "force-network-mode": "host",
		"shm-size": "64", "ulimit": "nofile=1:2", "add-hosts": "db=10.0.0.1", "attest:provenance": "mode=min",
		"attest:sbom": "generator=x", "no-cache": "base", "image-resolve-mode": "pull",
	})
	a = map[string]string{}
	addAttributes(a, hosts.BuildSpec{NoCache: true, Network: "default", Provenance: "false"})
	assert.DeepEqual(t, a, map[string]string{"no-cache": "", "image-resolve-mode": "local"})
	assert.DeepEqual(t, export(hosts.BuildSpec{Tags: spec.Tags}), client.ExportEntry{
		Type: "moby", Attrs: map[string]string{"name": "a:1,b:1"},
	})
}

func TestSourcesOfThisMachine(t *testing.T) {
	dir := t.TempDir()
	other := filepath.Join(dir, "other")
	assert.NilError(t, os.Mkdir(other, 0o755))
	s, err := sources(hosts.BuildSpec{
		Context: dir, Dockerfile: filepath.Join(other, "web.Dockerfile"),
		Contexts: map[string]string{"lib": other, "base": "docker-image://shop-base"},
	})
	assert.NilError(t, err)
	assert.DeepEqual(t, s.attributes, map[string]string{
		"filename": "web.Dockerfile", "context:lib": "local:named-lib", "context:base": "docker-image://shop-base",
		"frontend.caps": "moby.buildkit.frontend.contexts+forward",
	})
	assert.Equal(t, len(s.mounts), 3)
	_, err = sources(hosts.BuildSpec{Context: filepath.Join(dir, "absent")})
	assert.ErrorContains(t, err, "absent")
}

func TestSourcesThatTheEngineFetches(t *testing.T) {
	s, err := sources(hosts.BuildSpec{Context: "https://example.com/x.tgz", Dockerfile: "sub/Dockerfile"})
	assert.NilError(t, err)
	assert.DeepEqual(t, s.attributes, map[string]string{"context": "https://example.com/x.tgz", "filename": "sub/Dockerfile"})
	assert.Equal(t, len(s.mounts), 0)
}

func TestInlineDockerfile(t *testing.T) {
	s, err := sources(hosts.BuildSpec{Context: "https://example.com/x.git", Inline: "FROM scratch\n"})
	assert.NilError(t, err)
	assert.DeepEqual(t, s.attributes, map[string]string{
		"context": "https://example.com/x.git", "dockerfilekey": "dockerfile", "filename": "Dockerfile",
	})
	f, err := s.mounts["dockerfile"].Open("Dockerfile")
	assert.NilError(t, err)
	text, err := io.ReadAll(f)
	assert.NilError(t, err)
	assert.Equal(t, string(text), "FROM scratch\n")
}

func TestCacheEntries(t *testing.T) {
	got, err := cacheEntries([]string{"app:cache", "type=local,src=/c,\"tag=a,b\""}, "registry")
	assert.NilError(t, err)
	assert.DeepEqual(t, got, []client.CacheOptionsEntry{
		{Type: "registry", Attrs: map[string]string{"ref": "app:cache"}},
		{Type: "local", Attrs: map[string]string{"src": "/c", "tag": "a,b"}},
	})
	for _, wrong := range []string{"src=/c", "type=local,nonsense", "a\"b,c=d"} {
		_, err := cacheEntries([]string{wrong}, "registry")
		assert.ErrorContains(t, err, "parse cache")
	}
}

func TestSharedKeyTellsContextsApart(t *testing.T) {
	assert.Equal(t, sharedKey("m", "/a"), sharedKey("m", "/a"))
	assert.Assert(t, sharedKey("m", "/a") != sharedKey("m", "/b"))
	assert.Assert(t, sharedKey("m", "/a") != sharedKey("n", "/a"))
}
