//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A BuildKit of its own builds, with secrets and files of this machine; the
// hosts that run the image have it then, and the others get it from them.
func TestBuildByABuilderOfItsOwn(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		address := l.buildkitd(t).unix()
		p := l.Project(t, `
x-clocker: {build: {builder: "`+address+`"}}
services:
  web:
    build:
      context: .
      secrets: [s]
      ulimits: {nofile: 500}
      tags: ["`+projectName(t)+`:second"]
    command: sleep 1000
    init: true
    deploy: {mode: global}
secrets: {s: {file: ./secret}}
`)
		p.File(t, "Dockerfile", "FROM busybox\nCOPY page /page\nRUN --mount=type=secret,id=s wc -c < /run/secrets/s > /size; ulimit -n > /limit\n")
		p.File(t, "page", p.Name)
		p.File(t, "secret", "1234567")
		up := p.Up(t)
		assert.Equal(t, strings.Count(up.Stderr, " Built"), 1, up.Stderr)
		replicas := p.Replicas(t, "web")
		assert.Equal(t, len(replicas), 3)
		for _, r := range replicas {
			assert.Equal(t, p.Inside(t, r, "cat /page /size /limit"), p.Name+"7\n500")
		}
		p.noCouriers(t, l)
		before := p.IDs(t)
		p.Up(t, "--build")
		assert.DeepEqual(t, p.IDs(t), before) // nothing has changed

		p.File(t, "Dockerfile", "FROM busybox\nRUN false\n")
		failed := p.Try(t, "build")
		assert.Check(t, failed.Code == 1 && strings.Contains(failed.Stderr, "Dockerfile:2: [2/2] RUN false: exit code: 1"), "%v", failed)
		absent := p.Try(t, "build", "--builder", "tcp://127.0.0.1:1")
		assert.Check(t, absent.Code == 1 && strings.Contains(absent.Stderr, "reach the builder tcp://127.0.0.1:1"), "%v", absent)
		p.File(t, "Dockerfile", "FROM busybox\nCOPY page /page\n")
		p.Write(t, "services: {web: {build: .}}\n")
		own := p.Do(t, "build", "--builder", address)
		assert.Check(t, is.Contains(own.Stderr, "Built"))
		p.Do(t, "down", "--rmi", "all")
	})
}
