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
