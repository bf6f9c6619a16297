//go:build e2e

package e2e

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose/remote/remotetest"
)

// attributeCase is one attribute of build, and what comes of it.
type attributeCase struct {
	name string
	// build is the section in YAML's short form; DIR, GIT and HERE stand for the
	// project's folder, the address of a repository and that of an archive's folder.
	build string
	// files are the project's, by path.
	files map[string]string
	// services are further ones of the file, and secrets what the file ends with.
	services, secrets string
	args              []string
	// inside is run in the image, and prints want.
	inside, want string
	// refused is a part of the error of engine 20.10 or of any, which then builds nothing.
	refused, refused20 string
}

// echoing is a Dockerfile whose only file says what a script printed during the build.
func echoing(script string) string {
	return `dockerfile_inline: "FROM busybox\nARG A\nARG B\nRUN (` + script + `) > /out"`
}

func attributeCases() []attributeCase {
	const out = "cat /out"
	return []attributeCase{
		{
			name: "context", build: "context: src", files: map[string]string{"src/Dockerfile": "FROM busybox\nCOPY page /out\n", "src/page": "local"},
			inside: out, want: "local",
		},
		{name: "context of git", build: "context: \"GIT#side\"", inside: out, want: "of the branch"},
		{name: "context of git folder", build: "context: \"GIT#side:sub\"", inside: out, want: "of the folder", refused20: "name the folder in dockerfile"},
		{name: "context of standard input", build: "context: \"-\"", refused: "no Dockerfile either: it is empty"},
		{
			name: "dockerfile", build: "context: src, dockerfile: ../web.Dockerfile",
			files: map[string]string{"web.Dockerfile": "FROM busybox\nCOPY page /out\n", "src/page": "outside"}, inside: out, want: "outside",
		},
		{name: "dockerfile_inline", build: echoing("echo inline"), inside: out, want: "inline"},
		{
			name: "target", build: `target: first, dockerfile_inline: "FROM busybox AS first\nRUN echo first > /out\nFROM first\nRUN false"`,
			inside: out, want: "first",
		},
		{name: "args", build: echoing("echo $$A $$B") + `, args: {A: file, B: file}`, args: []string{"--build-arg", "B=flag"}, inside: out, want: "file flag"},
		{
			name:  "additional_contexts folder",
			build: `dockerfile_inline: "FROM busybox\nCOPY --from=more page /out", additional_contexts: {more: ./more}`, files: map[string]string{"more/page": "more"},
			inside: out, want: "more", refused20: "begin the Dockerfile with `# syntax=docker/dockerfile:1`",
		},
		{
			name:   "additional_contexts service",
			build:  `dockerfile_inline: "FROM first\nRUN echo and more >> /out", additional_contexts: {first: "service:first"}`,
			inside: out, services: "  first: {build: {" + echoing("echo first") + "}}\n",
			want: "first\nand more", refused20: "begin the Dockerfile with `# syntax=docker/dockerfile:1`",
		},
		{
			name: "additional_contexts image", build: `dockerfile_inline: "FROM base\nRUN cat /etc/alpine-release > /out", additional_contexts: {base: "docker-image://alpine"}`,
			inside: out, want: "3.22.0", refused20: "begin the Dockerfile with `# syntax=docker/dockerfile:1`",
		},
		{
			name: "additional_contexts git", build: `dockerfile_inline: "FROM busybox\nCOPY --from=more page /out", additional_contexts: {more: "GIT#side"}`,
			inside: out, want: "of the branch", refused20: "begin the Dockerfile with `# syntax=docker/dockerfile:1`",
		},
		{
			name: "additional_contexts address", build: `dockerfile_inline: "FROM busybox\nCOPY --from=more /context /x\nRUN tar xzOf /x page > /out", additional_contexts: {more: "HERE/more.tgz"}`,
			inside: out, want: "from afar", refused20: "begin the Dockerfile with `# syntax=docker/dockerfile:1`",
		},
		{
			name: "additional_contexts layout", build: `dockerfile_inline: "FROM busybox\nCOPY --from=base /kept /out", additional_contexts: {base: "oci-layout://./layout:v1"}`,
			inside: out, want: "in a folder", refused20: "begin the Dockerfile with `# syntax=docker/dockerfile:1`",
		},
		{name: "cache_to inline", build: echoing("echo cached") + `, cache_to: [type=inline], cache_from: [busybox]`, inside: out, want: "cached"},
		{
			name: "cache_to folder", build: echoing("echo kept") + `, cache_to: ["type=local,dest=DIR/cache"]`, inside: out, want: "kept",
			refused20: `unknown cache exporter: "local" (this engine's BuildKit exports type=inline alone`,
		},
		{
			name: "cache_to registry", build: echoing("echo shared") + `, cache_to: ["type=registry,ref=127.0.0.1:5000/cache"], cache_from: ["127.0.0.1:5000/cache"]`, inside: out, want: "shared",
			refused20: `unknown cache exporter: "registry" (this engine's BuildKit exports type=inline alone`,
		},
		{
			name: "cache_to gha", build: echoing("echo gha") + `, cache_to: ["type=gha"]`, refused: "cache exporter",
		},
		{
			name:   "secrets",
			build:  `dockerfile_inline: "FROM busybox\nRUN --mount=type=secret,id=a --mount=type=secret,id=other wc -c < /run/secrets/a > /out; wc -c < /run/secrets/other >> /out", secrets: [a, {source: b, target: other}]`,
			inside: out, want: "3\n4", secrets: "secrets: {a: {file: ./a}, b: {environment: OF_B}}\n", files: map[string]string{"a": "abc"},
		},
		{
			name:   "ssh of several keys",
			build:  `dockerfile_inline: "FROM busybox\nRUN --mount=type=ssh,id=one test -S $$SSH_AUTH_SOCK && echo one > /out\nRUN --mount=type=ssh,id=two test -S $$SSH_AUTH_SOCK && echo two >> /out", ssh: [one=./id, two=./id]`,
			inside: out, want: "one\ntwo",
		},
		{name: "ssh", build: echoing("true") + ", ssh: [default=./absent]", refused: "absent"},
		{name: "labels", build: echoing("true") + ", labels: {mine: yours}", inside: "true"},
		{
			name: "platforms", build: `dockerfile_inline: "FROM scratch\nCOPY compose.yaml /out", platforms: [linux/amd64, linux/arm64]`,
			refused20: "this engine keeps images of one platform alone",
		},
		{name: "network none", build: echoing("ls /sys/class/net") + ", network: none", inside: out, want: "lo"},
		{name: "network host", build: echoing("ls -d /sys/class/net/docker0") + ", network: host", inside: out, want: "/sys/class/net/docker0"},
		{name: "network unknown", build: echoing("true") + ", network: whatever", refused: "invalid netmode whatever"},
		{
			name: "shm_size", build: echoing("df -k /dev/shm | tail -1 | awk '{print $$2}'") + ", shm_size: 3m", inside: out, want: "3072",
			refused20: "build.shm_size: needs Docker Engine 23.0",
		},
		{
			name: "ulimits", build: echoing("ulimit -n") + ", ulimits: {nofile: {soft: 123, hard: 200}}", inside: out, want: "123",
			refused20: "build.ulimits: needs Docker Engine 23.0",
		},
		{name: "ulimits of one number", build: echoing("ulimit -n") + ", ulimits: {nofile: 99}", inside: out, want: "99", refused20: "build.ulimits: needs Docker Engine 23.0"},
		{name: "extra_hosts in a mapping", build: echoing("grep -o '10.9.8.7.*other' /etc/hosts | tr '\\t' ' '") + `, extra_hosts: {other: 10.9.8.7}`, inside: out, want: "10.9.8.7 other"},
		{name: "extra_hosts with a colon", build: echoing("grep -o '10.9.8.7.*other' /etc/hosts | tr '\\t' ' '") + `, extra_hosts: ["other:10.9.8.7"]`, inside: out, want: "10.9.8.7 other"},
		{name: "extra_hosts of IPv6", build: echoing("grep -o 'fd00::7.*other' /etc/hosts | tr '\\t' ' '") + `, extra_hosts: ["other=[fd00::7]"]`, inside: out, want: "fd00::7 other"},
		{name: "extra_hosts", build: echoing("grep -o '10.9.8.7.*other' /etc/hosts | tr '\\t' ' '") + `, extra_hosts: ["other=10.9.8.7"]`, inside: out, want: "10.9.8.7 other"},
		{name: "privileged", build: echoing("true") + ", privileged: true", refused: `{"builder": {"entitlements": {"security-insecure": true}}}`},
		{name: "entitlements", build: echoing("true") + ", entitlements: [security.insecure]", refused: "allow it in the host's daemon.json"},
		{name: "entitlements unknown", build: echoing("true") + ", entitlements: [all]", refused: "there are security.insecure and network.host"},
		{name: "provenance", build: echoing("echo yes") + ", provenance: mode=max", inside: out, want: "yes", refused20: "build.provenance: needs Docker Engine 23.0"},
		{name: "provenance true", build: echoing("echo yes") + ", provenance: true", inside: out, want: "yes", refused20: "build.provenance: needs Docker Engine 23.0"},
		{name: "provenance false", build: echoing("echo yes") + ", provenance: false, sbom: false", inside: out, want: "yes"},
		{name: "sbom", build: echoing("true") + ", sbom: generator=nosuchscanner", refused: "nosuchscanner", refused20: "build.sbom: needs Docker Engine 23.0"},
		{name: "pull", build: echoing("echo pulled") + ", pull: true", inside: out, want: "pulled"},
		{name: "isolation", build: echoing("true") + ", isolation: default", inside: "true"},
		{name: "isolation of Windows", build: echoing("true") + ", isolation: hyperv", refused: `"hyperv" is for Windows hosts`},
		{
			name: "dockerignore", build: "context: .", inside: "cd /src && find . -type f | sort",
			files: map[string]string{
				"Dockerfile": "FROM busybox\nCOPY . /src\n", ".dockerignore": "# all but one\n*\n!keep\nkeep/*.log\n!keep/wanted.log\n",
				"keep/a": "", "keep/b.log": "", "keep/wanted.log": "", "left": "",
			},
			want: "./keep/a\n./keep/wanted.log",
		},
		{
			name: "dockerignore of a dockerfile", build: "context: ., dockerfile: other.Dockerfile", inside: "ls /src",
			files: map[string]string{
				"other.Dockerfile": "FROM busybox\nCOPY in /src\n", ".dockerignore": "in/a\n", "other.Dockerfile.dockerignore": "in/b\n",
				"in/a": "", "in/b": "",
			},
			want: "a",
		},
	}
}

// Each attribute of build does what it says on both engines, or is refused with
// what to do about it.
func TestBuildAttributes(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		git := gitForHosts(t, l)
		packed := packedContext(t)
		here := serveHosts(t, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(packed) }))
		registryOn(t, l.Host(1))
		folder := layout(t)
		for _, c := range attributeCases() {
			t.Run(c.name, func(t *testing.T) {
				p := c.project(t, l, strings.NewReplacer("GIT", git, "HERE", here))
				assert.NilError(t, os.Symlink(folder, filepath.Join(p.folder, "layout")))
				refused := c.refused
				if l.Generation == "20" && c.refused20 != "" {
					refused = c.refused20
				}
				r := p.Try(t, append([]string{"build"}, c.args...)...)
				if refused != "" {
					assert.Equal(t, r.Code, 1, "%s", r)
					assert.Assert(t, is.Contains(r.Stderr, refused))
					assert.Assert(t, is.Contains(r.Stderr, "service web: "))
					return
				}
				assert.Equal(t, r.Code, 0, "%s", r)
				if c.inside != "" {
					assert.Equal(t, l.Host(1).Docker(t, "run", "--rm", p.Name+"-web", "sh", "-c", c.inside), c.want)
				}
			})
		}
	})
}

func (c attributeCase) project(t *testing.T, l *Lab, addresses *strings.Replacer) *Project {
	t.Helper()
	p := l.OnOneHost(t, l.Host(1), "services: {}\n")
	text := fmt.Sprintf("services:\n  web: {build: {%s}}\n%s%s", c.build, c.services, c.secrets)
	p.Write(t, strings.ReplaceAll(addresses.Replace(text), "DIR", p.folder))
	if strings.Contains(c.build, "./id") {
		assert.NilError(t, exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(p.folder, "id")).Run())
	}
	p.environment = append(p.environment, "OF_B=four")
	for name, content := range c.files {
		p.File(t, name, content)
	}
	return p
}

// gitForHosts serves a repository where the lab's hosts reach it, and returns
// its address. Its branch side has a folder sub.
func gitForHosts(t *testing.T, l *Lab) string {
	t.Helper()
	g, err := remotetest.NewGit(t.TempDir(), map[string]string{"Dockerfile": "FROM busybox\nRUN false\n"})
	assert.NilError(t, err)
	t.Cleanup(g.Close)
	assert.NilError(t, g.Git("checkout", "--quiet", "-b", "side"))
	assert.NilError(t, g.Commit(map[string]string{
		"Dockerfile": "FROM busybox\nCOPY page /out\n", "page": "of the branch",
		"sub/Dockerfile": "FROM busybox\nCOPY page /out\n", "sub/page": "of the folder",
	}))
	assert.NilError(t, g.Git("checkout", "--quiet", "main"))
	return serveHosts(t, l, g.Config.Handler) + "/repo.git"
}

// serveHosts serves on this machine's end of the lab's network, and returns the address.
func serveHosts(t *testing.T, l *Lab, h http.Handler) string {
	t.Helper()
	network, err := os.ReadFile(l.state("net"))
	assert.NilError(t, err)
	listener, err := net.Listen("tcp", strings.TrimSpace(string(network))+".254:0")
	assert.NilError(t, err)
	s := httptest.NewUnstartedServer(h)
	_ = s.Listener.Close()
	s.Listener = listener
	s.Start()
	t.Cleanup(s.Close)
	return s.URL
}

// What is tagged, labelled and attested shows on the engine; what isn't to be
// cached is made anew.
func TestBuildsShowOnTheEngine(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.OnOneHost(t, l.Host(1), "services: {}\n")
		write := func(more string) {
			p.Write(t, `
services:
  web:
    image: `+p.Name+`/web:1
    build:
      dockerfile_inline: |
        FROM busybox AS first
        RUN cat /proc/sys/kernel/random/uuid > /first
        FROM busybox AS last
        COPY --from=first /first /
        RUN cat /proc/sys/kernel/random/uuid > /last
      tags: ["`+p.Name+`/web:also"]
      labels: {mine: yours}
`+more)
		}
		build := func(args ...string) (first, last string) {
			p.Do(t, append([]string{"build"}, args...)...)
			return l.Host(1).Docker(t, "run", "--rm", p.Name+"/web:also", "cat", "/first"), l.Host(1).Docker(t, "run", "--rm", p.Name+"/web:1", "cat", "/last")
		}
		write("")
		first, last := build()
		labels := l.Host(1).Docker(t, "image", "inspect", p.Name+"/web:1", "--format", "{{json .Config.Labels}}")
		assert.Assert(t, is.Contains(labels, `"mine":"yours"`))
		assert.Assert(t, is.Contains(labels, `"com.docker.compose.service":"web"`))

		sameFirst, sameLast := build()
		assert.Equal(t, sameFirst+sameLast, first+last)
		newFirst, newLast := build("--no-cache")
		assert.Assert(t, newFirst != first && newLast != last)

		write("      no_cache_filter: [last]\n")
		keptFirst, filtered := build()
		assert.Assert(t, keptFirst == newFirst && filtered != newLast)
		write("      no_cache: true\n")
		_, anew := build()
		assert.Assert(t, anew != filtered)
		if l.Generation == "29" {
			write("      provenance: mode=max\n")
			build()
			assert.Assert(t, is.Contains(l.Host(1).Docker(t, "image", "inspect", p.Name+"/web:1", "--format", "{{json .Manifests}}")+attested(t, l, p.Name+"/web:1"), "attestation"))
		}
	})
}

// attested is what the engine lists of an image's parts.
func attested(t *testing.T, l *Lab, image string) string {
	t.Helper()
	out, err := l.Host(1).Run("curl", "-s", "--unix-socket", "/var/run/docker.sock", "http://engine/images/"+image+"/json?manifests=1")
	assert.NilError(t, err)
	return out
}

// A cache in a folder of this machine makes a build on another host quick.
func TestACacheInAFolderServesAnotherHost(t *testing.T) {
	l := onGeneration(t, "29")
	p := l.OnOneHost(t, l.Host(1), "services: {}\n")
	cache := filepath.Join(p.folder, "cache")
	p.Write(t, fmt.Sprintf("services:\n  web: {build: {%s, cache_to: [\"type=local,dest=%s\"], cache_from: [\"type=local,src=%s\"]}}\n",
		echoing("cat /proc/sys/kernel/random/uuid"), cache, cache))
	p.Do(t, "build")
	id := l.Host(1).Docker(t, "run", "--rm", p.Name+"-web", "cat", "/out")
	p.environment = []string{"DOCKER_HOST=" + l.Host(2).Socket(), "CLOCKER_CONFIG=" + filepath.Join(p.folder, "none.yaml")}
	p.Do(t, "build")
	assert.Equal(t, l.Host(2).Docker(t, "run", "--rm", p.Name+"-web", "cat", "/out"), id)
}

// Dockerfiles are checked by the engine's own frontend, where it knows how.
func TestDockerfilesAreChecked(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.OnOneHost(t, l.Host(1), `
services:
  old: {build: {dockerfile_inline: "FROM busybox\nMAINTAINER me"}}
  good: {build: {dockerfile_inline: "FROM busybox\nRUN false"}}
`)
		r := p.Try(t, "build", "--check")
		assert.Equal(t, r.Code, 1)
		if l.Generation == "20" {
			assert.Assert(t, is.Contains(r.Stderr, "service good: check image "+p.Name+"-good: unsupported request frontend.lint (the engine's frontend knows no checks"))
			return
		}
		assert.Assert(t, is.Contains(r.Stdout, "old: Check complete, 1 warning has been found!\n\nWARNING: MaintainerDeprecated"))
		p.Do(t, "build", "--check", "good")
		assert.Equal(t, len(p.Left(t)), 0)
	})
}
