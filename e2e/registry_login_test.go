//go:build e2e

package e2e

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// privateImage is a project that has built and pushed an image, with the login
// for it, under the tag 1.
func (l *Lab) privateImage(t *testing.T, r *registry) *Project {
	t.Helper()
	p := l.OnOneHost(t, l.Host(1), fmt.Sprintf(`
services:
  app:
    image: %q
    build: {dockerfile_inline: "FROM busybox\nRUN echo %d > /number"}
    command: sleep 1000
    init: true
`, r.address+"/app:1", os.Getpid()))
	if r.user != "" {
		p.loggedIn(t, r, r.user, r.password)
	}
	p.Do(t, "build", "--push")
	l.Host(1).Docker(t, "rmi", r.address+"/app:1")
	return p
}

// everywhere is a project that runs an image on all hosts.
func (l *Lab) everywhere(t *testing.T, image, more string) *Project {
	t.Helper()
	return l.Project(t, fmt.Sprintf("services:\n  app: {image: %q, command: sleep 1000, init: true, deploy: {mode: global}%s}\n", image, more))
}

// A registry with TLS and a login: hosts pull with this machine's login, which
// is in no file and no process list of theirs, and in no log.
func TestRegistryWithALogin(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		r := l.registry(t, registryAccess{login: true, tls: true}, "")
		for _, h := range l.Hosts() {
			h.trusts(t, r)
		}
		l.privateImage(t, r)
		r.requests()
		p := l.everywhere(t, r.address+"/app:1", "")
		processes := p.helped(t, r, r.user, r.password)
		up := p.Do(t, "--debug", "--progress", "json", "up", "-d")
		assert.Equal(t, len(p.Replicas(t, "app")), 3)
		assert.Equal(t, len(p.digests(t, l, r.address+"/app")), 1, "all have the same digest")
		asked := strings.Join(r.requests(), "\n")
		for _, h := range l.Hosts() {
			assert.Check(t, is.Contains(asked, r.user+"@"+h.Address(t)+" "), "%s pulls with the login", h)
			p.noSecretOn(t, h, r)
		}
		seen, err := os.ReadFile(processes)
		assert.NilError(t, err)
		assert.Check(t, is.Contains(string(seen), "dockerd"))
		for what, text := range map[string]string{"processes": string(seen), "output": up.Stdout + up.Stderr} {
			for _, secret := range r.secrets() {
				assert.Check(t, !strings.Contains(text, secret), "%s show the password", what)
			}
		}
	})
}

// secrets are the forms in which a login may be stored.
func (r *registry) secrets() []string {
	return []string{r.password, base64.StdEncoding.EncodeToString([]byte(r.user + ":" + r.password)), base64.StdEncoding.EncodeToString([]byte(`"password":"` + r.password))}
}

// noSecretOn looks through all that a host keeps, its logs among it.
func (p *Project) noSecretOn(t *testing.T, h Host, r *registry) {
	t.Helper()
	folder := p.lab.state("hosts/" + h.name)
	found, _ := h.Run("grep", "-rlFs", "--", r.address, folder)
	assert.Check(t, found != "", "the registry's name is found on %s", h)
	for _, secret := range r.secrets() {
		found, _ = h.Run("grep", "-rlFs", "--", secret, folder, "/run/docker")
		assert.Check(t, found == "", "the login is stored on %s: %s", h, found)
	}
}

// digests are those under which hosts have an image of a repository.
func (p *Project) digests(t *testing.T, l *Lab, repository string) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for _, h := range l.Hosts() {
		for line := range strings.Lines(h.Docker(t, "images", "--digests", "--format", "{{.Digest}}", repository)) {
			all[strings.TrimSpace(line)] = true
		}
	}
	return all
}

// What a registry refuses is told in a sentence that says what to do, by pull,
// push and build alike, and leaves nothing behind.
func TestRegistryRefusals(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		plain, unknown := l.registry(t, registryAccess{}, ""), l.registry(t, registryAccess{tls: true}, "")
		closed := l.registry(t, registryAccess{login: true, tls: true}, "") // from the start: BuildKit remembers certificates
		l.Host(1).trusts(t, closed)
		refuses := func(r *registry, user, password string, hints ...string) {
			t.Helper()
			image := r.address + "/app:1"
			p := l.OnOneHost(t, l.Host(1), fmt.Sprintf("services:\n  app: {image: %q, build: {dockerfile_inline: FROM busybox}}\n  web: {build: {dockerfile_inline: 'FROM %s'}}\n", image, image))
			if user != "" {
				p.loggedIn(t, r, user, password)
			}
			p.Do(t, "build", "app")
			for _, args := range [][]string{{"push", "app"}, {"build", "--push", "app"}, {"pull", "app"}} {
				result := p.Try(t, args...)
				assert.Equal(t, result.Code, 1, "%v", result)
				for _, hint := range hints {
					assert.Check(t, is.Contains(result.Stderr, hint), "%v", args)
				}
				last := strings.TrimSpace(result.Stderr)
				assert.Check(t, strings.Contains(last[strings.LastIndex(last, "\n")+1:], hints[0]), "one line: %v", result)
			}
			l.Host(1).Docker(t, "rmi", image)
			if l.Generation == "20" && r.authority != nil {
				return // its BuildKit tries for a minute
			}
			result := p.Try(t, "build", "web")
			assert.Equal(t, result.Code, 1, "%v", result)
			assert.Check(t, is.Contains(result.Stderr, hints[0]), "a base image")
		}
		refuses(plain, "", "", "insecure-registries", plain.address)
		refuses(unknown, "", "", "/etc/docker/certs.d/"+unknown.address+"/ca.crt")
		refuses(closed, "", "", "docker login "+closed.address, "there is no login")
		refuses(closed, "alice", "wrong", "docker login "+closed.address, "is wrong, or there is none")
	})
}

// Builds take their base images from private registries, with the login of this
// machine and as the engine's configuration says.
func TestRegistryOfABaseImage(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		h := l.Host(2)
		for _, access := range []registryAccess{{login: true}, {login: true, tls: true}} {
			port := plainPort
			if access.tls {
				port = ""
			}
			r := l.registry(t, access, port)
			if access.tls {
				l.Host(1).trusts(t, r)
				h.trusts(t, r)
				if l.Generation == "20" {
					h.RestartEngine(t) // which its BuildKit wants
				}
			}
			l.privateImage(t, r)
			p := l.OnOneHost(t, h, fmt.Sprintf("services:\n  web: {build: {dockerfile_inline: \"FROM %s\\nRUN cat /number > /mine\"}}\n", r.address+"/app:1"))
			p.helped(t, r, r.user, r.password)
			p.Do(t, "build")
			assert.Equal(t, h.Docker(t, "run", "--rm", p.Name+"-web", "cat", "/mine"), fmt.Sprint(os.Getpid()))
			assert.Check(t, is.Contains(strings.Join(r.requests(), "\n"), r.user+"@"+h.Address(t)), "it was fetched with the login")
			p.noSecretOn(t, h, r)
		}
	})
}
