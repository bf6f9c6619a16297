//go:build e2e

package e2e

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"
)

// What a service installs is installed once, and is the same on all hosts; other
// steps are another image.
func TestAnInstallationIsDoneOnceForAllReplicas(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		write := func(p *Project, steps string) {
			p.Write(t, `
services:
  web:
    image: busybox
    command: sleep 1000
    stop_grace_period: 1s
    deploy: {mode: global}
    x-clocker: {image: {commit: `+steps+`}}
`)
		}
		p := l.Project(t, "services: {}\n")
		write(p, `"cat /proc/sys/kernel/random/uuid > /installed"`)
		up := p.Up(t)
		assert.Equal(t, strings.Count(up.Stderr, " Built "), 1, up.Stderr)
		replicas := p.Replicas(t, "web")
		assert.Equal(t, len(replicas), 3)
		first := p.Inside(t, replicas[0], "cat /installed")
		for _, r := range replicas[1:] {
			assert.Equal(t, p.Inside(t, r, "cat /installed"), first)
		}
		before := p.IDs(t)
		p.Up(t)
		assert.DeepEqual(t, p.IDs(t), before)

		write(p, `["cat /proc/sys/kernel/random/uuid > /installed", "echo '$$HOME \"quoted\" & more' > /second"]`)
		up = p.Up(t)
		assert.Equal(t, strings.Count(up.Stderr, " Built "), 1, up.Stderr)
		for _, r := range p.Replicas(t, "web") {
			assert.Equal(t, p.Inside(t, r, "cat /second; cat /installed"), "$HOME \"quoted\" & more\n"+first, "the first step was done before")
		}
		p.Do(t, "down")
	})
}

// What a project has made goes with its last container, under all its names;
// what another container was made from stays, and is told.
func TestDownRemovesImages(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.Project(t, "services: {}\n")
		p.Write(t, `
services:
  installed:
    image: busybox
    command: sleep 1000
    init: true
    deploy: {mode: global}
    x-clocker: {image: {commit: "echo `+p.Name+` > /installed"}}
  built:
    build: {dockerfile_inline: "FROM busybox\nRUN echo `+p.Name+` > /built", tags: ["`+p.Name+`:second", "`+p.Name+`:third"]}
    command: sleep 1000
    init: true
`)
		p.Up(t)
		h := l.Host(2)
		image := h.Docker(t, "images", "--format", "{{.Repository}}:{{.Tag}}", p.Name+"-installed")
		assert.Check(t, strings.HasPrefix(image, p.Name+"-installed:installed-"), image)
		h.Docker(t, "run", "-d", "--name", p.Name+"-other", image, "sleep", "1000")
		t.Cleanup(func() { _, _ = h.TryDocker("rm", "-f", p.Name+"-other") })

		down := p.Do(t, "down", "--rmi", "local")
		assert.Check(t, strings.Contains(down.Stderr, "Image "+image+" Resource is still in use [h2]"), down.Stderr)
		for _, host := range l.Hosts() {
			kept := ""
			if host == h {
				kept = image
			}
			assert.Equal(t, host.Docker(t, "images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", "label=com.docker.compose.project="+p.Name), kept, "%s", host)
		}
		h.Docker(t, "rm", "-f", p.Name+"-other")
		p.Do(t, "down", "--rmi", "all")
		assert.Equal(t, h.Docker(t, "images", "-q", p.Name+"-installed"), "")
	})
}
