//go:build e2e

package e2e

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"
)

// What a build uses in secret is used, and is nowhere while the step that uses it
// runs nor after it: in no process list, progress, log, label, history or image,
// and in no file of the engine.
func TestSecretsOfABuildAreLeftNowhere(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		hidden := map[string]string{
			"a file": fmt.Sprintf("hidden-in-a-file-%d", time.Now().UnixNano()), "the environment": fmt.Sprintf("hidden-in-the-environment-%d", time.Now().UnixNano()),
		}
		public := fmt.Sprintf("not-hidden-%d", time.Now().UnixNano())
		entered, leave := make(chan struct{}), make(chan struct{})
		address := serveHosts(t, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			select {
			case <-leave:
			case <-r.Context().Done():
			}
			_, _ = w.Write([]byte("ok\n"))
		}))
		p := l.OnOneHost(t, l.Host(1), `
services:
  web:
    build:
      dockerfile_inline: |
        FROM busybox
        RUN --mount=type=secret,id=file --mount=type=secret,id=text --mount=type=ssh,id=key \
          wc -c < /run/secrets/file > /used && wc -c < /run/secrets/text >> /used && \
          test -S "$$SSH_AUTH_SOCK" && echo agent >> /used && wget -qO- `+address+`
        RUN test ! -e /run/secrets/file && test -z "$$SSH_AUTH_SOCK" && echo `+public+` > /public
      network: host
      secrets: [file, text]
      ssh: ["key=./id"]
secrets: {file: {file: ./secret}, text: {environment: HIDDEN}}
`)
		p.File(t, "secret", hidden["a file"])
		p.environment = append(p.environment, "HIDDEN="+hidden["the environment"])
		key := filepath.Join(p.folder, "id")
		assert.NilError(t, exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key).Run())
		private, err := os.ReadFile(key)
		assert.NilError(t, err)
		hidden["the key"] = strings.Split(string(private), "\n")[3] // of whose lines only the first are public
		building := p.begin(t, "--progress", "json", "build")
		select {
		case <-entered:
		case <-time.After(2 * time.Minute):
			t.Fatalf("the step didn't run: %s", building.complaints())
		}
		during, err := l.Host(1).Run("ps", "axeww", "-o", "args")
		assert.NilError(t, err)
		close(leave)
		assert.NilError(t, building.Wait(), building.complaints())
		assert.Equal(t, l.Host(1).Docker(t, "run", "--rm", p.Name+"-web", "cat", "/used"),
			fmt.Sprintf("%d\n%d\nagent", len(hidden["a file"]), len(hidden["the environment"])))

		image := filepath.Join(t.TempDir(), "image")
		assert.NilError(t, os.WriteFile(image, []byte(l.Host(1).Docker(t, "save", p.Name+"-web")), 0o600))
		saved, err := os.ReadFile(image)
		assert.NilError(t, err)
		report, err := l.try(time.Minute, "report")
		assert.NilError(t, err)
		for what, text := range map[string]string{
			"the process list": during, "progress": building.complaints(), "the image": string(saved), "the engine's log": report,
			"history": l.Host(1).Docker(t, "history", "--no-trunc", p.Name+"-web"),
			"labels":  l.Host(1).Docker(t, "image", "inspect", p.Name+"-web"),
		} {
			for kind, secret := range hidden {
				packed := base64.StdEncoding.EncodeToString([]byte(secret))
				assert.Assert(t, !strings.Contains(text, secret) && !strings.Contains(text, packed), "%s shows what is hidden in %s", what, kind)
			}
		}
		root := l.Host(1).Docker(t, "info", "--format", "{{.DockerRootDir}}")
		holding := func(text string) string {
			out, _ := l.Host(1).Run("grep", "-rlFs", "--", text, root, "/run/docker")
			return out
		}
		assert.Assert(t, holding(public) != "", "what isn't hidden is found")
		for kind, secret := range hidden {
			poll.WaitOn(t, func(poll.LogT) poll.Result { // what BuildKit mounts goes a moment after the step
				if out := holding(secret); out != "" {
					return poll.Continue("what is hidden in %s is in %s", kind, out)
				}
				return poll.Success()
			}, poll.WithTimeout(time.Minute))
		}
	})
}
