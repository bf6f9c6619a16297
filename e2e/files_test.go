//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// File writes a file beside the compose file.
func (p *Project) File(t *testing.T, name, content string) {
	t.Helper()
	path := filepath.Join(p.folder, name)
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(t, os.WriteFile(path, []byte(content), 0o644))
}

// Inside runs a shell script in a container and returns what it writes.
func (p *Project) Inside(t *testing.T, r Row, script string) string {
	t.Helper()
	out, err := p.In(t, r, "sh", "-c", script)
	assert.NilError(t, err, "on %s: %s", r.Host, out)
	return strings.TrimSpace(out)
}

// A path of the project is on every host what it is here, and stays that.
func TestFilesOfTheProjectAreWhereTheyAreMounted(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  web:
    image: busybox
    command: sleep 1000
    stop_grace_period: 1s
    deploy: {mode: global}
    volumes: [./site:/site, ./app.conf:/etc/app.conf, ./site/sub:/only:ro]
`)
		p.File(t, "site/index.html", "first")
		p.File(t, "site/sub/page", "page")
		p.File(t, "site/old/page", "old")
		p.File(t, "app.conf", "one")
		assert.NilError(t, os.Chmod(filepath.Join(p.folder, "site/sub/page"), 0o751))
		assert.NilError(t, os.Symlink("sub/page", filepath.Join(p.folder, "site/link")))
		p.Up(t)

		replicas := p.Replicas(t, "web")
		assert.Equal(t, len(replicas), 3)
		for _, r := range replicas {
			assert.Equal(t, p.Inside(t, r, "cat /site/index.html /site/link /site/old/page /etc/app.conf /only/page"), "firstpageoldonepage")
			assert.Equal(t, p.Inside(t, r, "stat -c %a /site/sub/page; readlink /site/link"), "751\nsub/page")
		}
		assert.Assert(t, is.Contains(p.Do(t, "plan").Stdout, "nothing to do"))

		// what a container writes there stays; what changes here comes, to those that run, too
		p.Inside(t, replicas[0], "echo kept > /site/written")
		before := p.IDs(t)
		p.File(t, "site/index.html", "second")
		p.File(t, "site/new/page", "new")
		p.File(t, "app.conf", "two, and longer")
		assert.NilError(t, os.RemoveAll(filepath.Join(p.folder, "site/old")))
		assert.NilError(t, os.Remove(filepath.Join(p.folder, "site/link")))
		p.Up(t)
		for _, r := range replicas {
			assert.Equal(t, p.Inside(t, r, "cat /site/index.html /site/new/page /etc/app.conf"), "secondnewtwo, and longer")
			assert.Equal(t, p.Inside(t, r, "ls /site | grep -v written"), "index.html\nnew\nsub")
		}
		assert.Equal(t, p.Inside(t, replicas[0], "cat /site/written"), "kept")
		assert.DeepEqual(t, p.IDs(t), before)

		p.Up(t, "--force-recreate")
		assert.Equal(t, p.Inside(t, p.Replicas(t, "web")[0], "cat /site/index.html"), "second")

		p.Do(t, "down", "-v")
		assert.DeepEqual(t, p.Left(t), []string(nil))
	})
}

// The content of secrets and configs is in the containers, and nowhere else.
func TestSecretsAreReadableThereAndNowhereElse(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  web:
    image: busybox
    command: sleep 1000
    stop_grace_period: 1s
    deploy: {mode: global}
    secrets:
      - {source: typed, target: typed, uid: "12", gid: "13", mode: 0400}
      - filed
    configs: [{source: written, target: /etc/written.conf}]
secrets:
  typed: {environment: TYPED}
  filed: {file: ./token}
configs:
  written: {content: "config-4711"}
`)
		p.File(t, "token", "token-4711")
		p.environment = []string{"TYPED=typed-4711"}
		said := p.Up(t, "--wait").String() + p.Do(t, "plan", "--format", "json").String() + p.Do(t, "logs").String()
		for _, r := range p.Replicas(t, "web") {
			assert.Equal(t, p.Inside(t, r, "cat /run/secrets/typed; echo; cat /run/secrets/filed /etc/written.conf"), "typed-4711\ntoken-4711config-4711")
			assert.Equal(t, p.Inside(t, r, "stat -c '%u %g %a' /run/secrets/typed"), "12 13 400")
			h := l.HostNamed(t, r.Host)
			said += h.Docker(t, "inspect", r.Name) + h.Docker(t, "ps", "-a", "--no-trunc", "--format", "{{.Labels}}{{.Command}}")
		}
		assert.Assert(t, !strings.Contains(said, "typed-4711") && !strings.Contains(said, "token-4711"), said)

		// they are put in before every start, as they are then
		r := p.Replicas(t, "web")[0]
		l.HostNamed(t, r.Host).Docker(t, "stop", r.Name)
		p.environment = []string{"TYPED=typed-4712"}
		p.Up(t)
		assert.Equal(t, p.Inside(t, r, "cat /run/secrets/typed"), "typed-4712")
	})
}

// Hooks run where the replicas are.
func TestHooksRunAroundALife(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  web:
    image: busybox
    command: sleep 1000
    stop_grace_period: 1s
    volumes: [{type: volume, source: data, target: /data}]
    pre_start: [{command: "sh -c 'echo prepared > /data/prepared'"}]
    post_start: [{command: "sh -c 'cat /data/prepared > /data/started'", user: "0"}]
    pre_stop: [{command: "sh -c 'echo bye > /data/stopping'"}]
volumes: {data: {}}
`)
		p.Up(t)
		r := p.Replica(t, "web")
		assert.Equal(t, p.Inside(t, r, "cat /data/started"), "prepared")
		p.Up(t, "--force-recreate")
		assert.Equal(t, p.Inside(t, r, "cat /data/stopping"), "bye")

		p.Write(t, hookThatFails)
		failed := p.Try(t, "up", "-d")
		assert.Equal(t, failed.Code, 1)
		assert.Assert(t, is.Contains(failed.Stderr, `service "web" pre_start[0] exited with code 3: no luck (hook container`))
		assert.Equal(t, len(p.Ps(t)), 1, "a hook's container is none of the service's")
		p.Do(t, "down", "-v")
		assert.DeepEqual(t, p.Left(t), []string(nil))
	})
}

const hookThatFails = `
services:
  web: {image: busybox, command: sleep 999, stop_grace_period: 1s, pre_start: [{command: "sh -c 'echo no luck; exit 3'"}]}
`

// What a provider says reaches the containers that depend on it, wherever they are.
func TestAProviderSpeaksToItsDependents(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, "services: {}")
		p.File(t, "cloud", `#!/bin/sh
echo "$@" >> "$(dirname "$0")/calls"
[ "$3" = up ] && echo '{"type":"setenv","message":"URL=db://here"}'
[ "$2" != metadata ]
`)
		assert.NilError(t, os.Chmod(filepath.Join(p.folder, "cloud"), 0o755))
		p.Write(t, strings.Replace(`
services:
  db: {provider: {type: CLOUD, options: {size: 5}}}
  web: {image: busybox, command: sleep 1000, stop_grace_period: 1s, depends_on: [db], deploy: {mode: global}}
`, "CLOUD", filepath.Join(p.folder, "cloud"), 1))
		p.Up(t)
		before := p.IDs(t)
		for _, r := range p.Replicas(t, "web") {
			assert.Equal(t, p.Inside(t, r, "echo $DB_URL"), "db://here")
		}
		p.Up(t)
		assert.DeepEqual(t, p.IDs(t), before)
		p.Do(t, "-f", "compose.yaml", "down") // which a name alone says too little of
		calls, err := os.ReadFile(filepath.Join(p.folder, "calls"))
		assert.NilError(t, err)
		assert.Assert(t, is.Contains(string(calls), "compose --project-name="+p.Name+" down --size=5 db"))
	})
}
