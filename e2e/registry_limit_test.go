//go:build e2e

package e2e

import (
	"net/http"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// A registry that gives one host an image, and others nothing: they get it from
// that host, and say so.
func TestRegistryThatLimits(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		r := l.registry(t, registryAccess{}, plainPort)
		l.privateImage(t, r)
		image := r.address + "/app:1"
		first := l.Host(1).Address(t)
		others := func(status int) func(*http.Request) int {
			return func(q *http.Request) int {
				if strings.HasPrefix(q.RemoteAddr, first+":") {
					return 0
				}
				return status
			}
		}
		for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
			r.refusing(others(status))
			p := l.everywhere(t, image, "")
			up := p.Do(t, "up", "-d")
			assert.Equal(t, strings.Count(up.Stderr, "copied from host h1, because the registry gives nothing: "), 2, up.Stderr)
			assert.Equal(t, len(p.Replicas(t, "app")), 3)
			assert.Equal(t, len(p.imageIDs(t, l, image)), 1)
			p.noCouriers(t, l)
			p.Do(t, "down", "--rmi", "all")
		}
		for _, h := range l.Hosts() {
			assert.Equal(t, h.Docker(t, "images", "-q", image), "", "%s has it no more", h)
		}
		r.refusing(func(*http.Request) int { return http.StatusTooManyRequests })
		p := l.everywhere(t, image, "")
		none := p.Try(t, "up", "-d")
		assert.Equal(t, none.Code, 1)
		assert.Check(t, is.Contains(none.Stderr, "it limits how much it gives: log in with docker login "+r.address))

		r.refusing(others(http.StatusTooManyRequests))
		l.OnOneHost(t, l.Host(1), "services: {app: {image: \""+image+"\"}}\n").Do(t, "pull")
		r.refusing(func(*http.Request) int { return http.StatusTooManyRequests })
		up := p.Do(t, "up", "-d") // missing is what h1 has
		assert.Equal(t, strings.Count(up.Stderr, "copied from host h1"), 2, up.Stderr)
		newest := p.Try(t, "pull")
		assert.Equal(t, newest.Code, 1, "what is newest isn't known: %v", newest)
		p.Do(t, "down", "--rmi", "all")
	})
}

// imageIDs are those of a reference on all hosts.
func (p *Project) imageIDs(t *testing.T, l *Lab, ref string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, h := range l.Hosts() {
		all[h.Docker(t, "image", "inspect", "--format", "{{.Id}}", ref)] = true
	}
	return all
}

// All hosts of a run get one digest, from a mirror too, which decides what a tag
// means: Docker Hub itself isn't reached from here.
func TestRegistryMirrorDecidesOneDigest(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		assert.Check(t, is.Contains(l.Host(1).Docker(t, "info", "--format", "{{.RegistryConfig.Mirrors}}"), ":5000"))
		p := l.everywhere(t, "redis", "")
		pinned := p.Do(t, "config", "--resolve-image-digests").Stdout
		p.Do(t, "up", "--no-start")
		digests := p.digests(t, l, "redis")
		assert.Equal(t, len(digests), 1)
		for digest := range digests {
			assert.Check(t, is.Contains(pinned, "image: docker.io/library/redis:latest@"+digest))
		}
	})
}
