//go:build e2e

package e2e

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// An image is built on one host, and all replicas get that one. Its secret is in
// no layer and no log.
func TestAnImageIsBuiltOnceForAllHosts(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, `
services:
  web:
    build:
      context: .
      args: {WHO: world}
      secrets: [pw]
    command: sleep 1000
    stop_grace_period: 1s
    deploy: {mode: global}
secrets: {pw: {file: ./outside/pw}}
`)
		const dockerfile = "FROM busybox\nARG WHO\nCOPY . /src\n" +
			"RUN --mount=type=secret,id=pw test \"$(wc -c < /run/secrets/pw)\" = 11 && echo hello $WHO > /hello\n"
		p.File(t, "Dockerfile", dockerfile)
		p.File(t, ".dockerignore", "*.log\noutside\n")
		p.File(t, "page", "one")
		p.File(t, "noise.log", "x")
		p.File(t, "outside/pw", "very-hidden")
		out := p.Do(t, "up", "-d")
		assert.Equal(t, strings.Count(out.Stderr, " Built "), 1, out.Stderr)
		assert.Equal(t, strings.Count(out.Stderr, " Copied "), 2, out.Stderr)
		replicas := p.Replicas(t, "web")
		assert.Equal(t, len(replicas), 3)
		for _, r := range replicas {
			assert.Equal(t, p.Inside(t, r, "cat /hello /src/page; ls /src"), "hello world\noneDockerfile\ncompose.yaml\npage")
			assert.Equal(t, p.Inside(t, r, "grep -rl very-hidden /src /hello /run /tmp || echo nowhere"), "nowhere")
		}
		assert.Assert(t, !strings.Contains(out.Stderr, "very-hidden"), out.Stderr)

		before := p.IDs(t)
		p.Do(t, "up", "-d", "--build")
		assert.DeepEqual(t, p.IDs(t), before)

		p.File(t, "page", "two")
		p.Do(t, "build")
		p.Do(t, "up", "-d", "--no-build")
		for _, r := range p.Replicas(t, "web") {
			assert.Equal(t, p.Inside(t, r, "cat /src/page"), "two")
		}

		p.File(t, "Dockerfile", dockerfile+"RUN echo last words; exit 3\n")
		before = p.IDs(t)
		failed := p.Try(t, "up", "-d", "--build")
		assert.Equal(t, failed.Code, 1)
		assert.Assert(t, is.Contains(failed.Stderr, "exit code: 3\n  > last words\n"))
		assert.DeepEqual(t, p.IDs(t), before)
		p.Do(t, "down", "-v")
	})
}

// A step uses the agent of this machine, and nothing of it stays.
func TestABuildUsesTheSSHAgent(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		socket := filepath.Join(t.TempDir(), "agent")
		agent := exec.CommandContext(t.Context(), "ssh-agent", "-D", "-a", socket)
		assert.NilError(t, agent.Start())
		defer func() { _ = agent.Process.Kill(); _ = agent.Wait() }()
		p := l.Project(t, `
services:
  web:
    build:
      dockerfile_inline: |
        FROM busybox
        RUN --mount=type=ssh test -S "$$SSH_AUTH_SOCK" && echo used > /used
        RUN test -z "$$SSH_AUTH_SOCK"
      ssh: ["default=`+socket+`"]
    command: sleep 1000
    stop_grace_period: 1s
`)
		p.Up(t)
		assert.Equal(t, p.Inside(t, p.Replicas(t, "web")[0], "cat /used"), "used")
		p.Do(t, "down")
	})
}
