//go:build e2e

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// Builders that buildx keeps are named, and each that is named builds; the host
// has the image then.
func TestBuildByANamedBuilder(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		b := l.buildkitd(t)
		records := t.TempDir()
		tls := fmt.Sprintf(`{"cacert": %q, "cert": %q, "key": %q, "servername": "builder.example"}`, b.key("ca.pem"), b.key("cert.pem"), b.key("key.pem"))
		keepBuilder(t, records, "plain", "remote", b.unix(), "{}")
		keepBuilder(t, records, "locked", "remote", b.tcp(), tls)
		keepBuilder(t, records, "misnamed", "remote", b.tcp(), strings.Replace(tls, "builder.example", "other.example", 1))
		keepBuilder(t, records, "pods", "kubernetes", "kubernetes:///pods", "{}")
		vessel := l.builderInAContainer(t, b)
		keepBuilder(t, records, "vessel", "docker-container", l.Host(2).Socket(), "{}")

		p := l.OnOneHost(t, l.Host(1), "services: {web: {build: .}}\n")
		p.environment = append(p.environment, "BUILDX_CONFIG="+records)
		built := func(t *testing.T, who string, environment []string, args ...string) {
			t.Helper()
			kept := p.environment
			defer func() { p.environment = kept }()
			p.environment = append(kept[:len(kept):len(kept)], environment...)
			p.File(t, "Dockerfile", "FROM busybox\nRUN echo "+who+" > /who\n")
			p.Do(t, append([]string{"build"}, args...)...)
			assert.Equal(t, l.Host(1).Docker(t, "run", "--rm", p.Name+"-web", "cat", "/who"), who)
			assert.Assert(t, is.Contains(b.history(t), "echo "+who), "another one has built it")
		}
		built(t, "unix", nil, "--builder", "plain")
		built(t, "tls", nil, "--builder", "locked")
		built(t, "environment", []string{"BUILDX_BUILDER=locked"})
		built(t, "address", nil, "--builder", b.tcp()+",cacert="+b.key("ca.pem")+",cert="+b.key("cert.pem")+",key="+b.key("key.pem")+",servername=builder.example")
		built(t, "vessel", nil, "--builder", "vessel")
		assert.Equal(t, l.Host(2).Docker(t, "inspect", "--format", "{{.State.Running}}", vessel), "true")

		// What docker buildx use chose counts where the pool is that engine alone.
		assert.NilError(t, os.WriteFile(filepath.Join(records, "current"), []byte(fmt.Sprintf(`{"Key": %q, "Name": "plain", "Global": false}`, l.Host(1).Socket())), 0o600))
		built(t, "chosen", nil)
		p.File(t, "Dockerfile", "FROM busybox\nRUN echo engine > /who\n")
		p.Do(t, "build", "--builder", "default")
		assert.Assert(t, !strings.Contains(b.history(t), "echo engine"))

		for builder, want := range map[string]string{
			"absent":   `no builder "absent" found`,
			"pods":     "builder pods: its driver is kubernetes",
			"misnamed": "not other.example",
			b.tcp():    "",
		} {
			failed := p.Try(t, "build", "--builder", builder)
			assert.Equal(t, failed.Code, 1, "%s", failed)
			assert.Check(t, is.Contains(failed.Stderr, want))
		}
		p.Do(t, "down", "--rmi", "all")
	})
}

// builderInAContainer makes a container on the second host that has a way to a
// BuildKit in it, as those of buildx have. It doesn't run yet.
func (l *Lab) builderInAContainer(t *testing.T, b buildkitd) string {
	t.Helper()
	const name = "buildx_buildkit_vessel0"
	l.Host(2).Docker(t, "create", "--name", name, "-v", b.folder+":/run/buildkit", "-v", tool(t, "buildctl")+":/usr/bin/buildctl", "busybox", "sleep", "1000")
	t.Cleanup(func() { l.Host(2).Docker(t, "rm", "-f", name) })
	return name
}

// history is what a BuildKit has in its cache, in words.
func (b buildkitd) history(t *testing.T) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), tool(t, "buildctl"), "--addr", b.unix(), "du", "--verbose").CombinedOutput()
	assert.NilError(t, err, "%s", out)
	return string(out)
}
