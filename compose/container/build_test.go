package container_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/types"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// everyAttribute has each attribute of the specification's build section.
const everyAttribute = `
services:
  base: {build: {context: ., dockerfile_inline: FROM scratch}}
  web:
    image: registry.example/web:1
    build:
      context: ./src
      dockerfile: web.Dockerfile
      target: final
      args: {FIXED: "1", ASKED: file, UNSET: null}
      labels: {mine: "yes"}
      additional_contexts: {base: "service:base", lib: "docker-image://lib", files: ./files}
      cache_from: ["web:cache"]
      cache_to: ["type=inline"]
      secrets: [file, {source: text, target: other}]
      ssh: [default, "key=./id"]
      platforms: [linux/amd64, linux/arm64]
      network: host
      shm_size: 64m
      ulimits: {nproc: 7, nofile: {soft: 1, hard: 2}}
      extra_hosts: ["db=10.0.0.1"]
      privileged: true
      entitlements: [device]
      provenance: mode=max
      sbom: "true"
      no_cache: true
      no_cache_filter: [final]
      pull: true
      tags: ["web:also", "registry.example/web:1"]
secrets: {file: {file: ./pw}, text: {environment: COMPOSE_PROJECT_NAME}}
`

func TestBuildSpec(t *testing.T) {
	p := written(t, everyAttribute)
	spec, err := container.BuildSpec(p, "web", container.Build{
		Args: types.NewMappingWithEquals([]string{"ASKED=flag"}), Agent: "/agent", Proxies: map[string]string{"HTTP_PROXY": "p", "FIXED": "no"},
		AllPlatforms: true, Push: true, SBOM: "false",
	})
	assert.NilError(t, err)
	dir := p.WorkingDir
	assert.DeepEqual(t, spec, hosts.BuildSpec{
		Tags:    []string{"registry.example/web:1", "web:also"},
		Context: filepath.Join(dir, "src"), Dockerfile: filepath.Join(dir, "src", "web.Dockerfile"), Target: "final",
		Args:      map[string]string{"FIXED": "1", "ASKED": "flag", "HTTP_PROXY": "p"},
		Labels:    map[string]string{"mine": "yes", hosts.LabelProject: "shop", hosts.LabelService: "web", hosts.LabelVersion: "5.6.0"},
		Contexts:  map[string]string{"base": "docker-image://shop-base", "lib": "docker-image://lib", "files": filepath.Join(dir, "files")},
		CacheFrom: []string{"web:cache"}, CacheTo: []string{"type=inline"},
		Secrets:   []hosts.BuildSecret{{ID: "file", File: filepath.Join(dir, "pw")}, {ID: "other", Value: "shop"}},
		SSH:       []hosts.BuildSSH{{ID: "default", Path: "/agent"}, {ID: "key", Path: filepath.Join(dir, "id")}},
		Platforms: []string{"linux/amd64", "linux/arm64"}, Network: "host", ShmSize: 64 << 20,
		Ulimits: []string{"nofile=1:2", "nproc=7"}, ExtraHosts: []string{"db=10.0.0.1"},
		Entitlements: []string{"device", "network.host", "security.insecure"}, Provenance: "mode=max", SBOM: "false",
		NoCache: true, NoCacheFilter: []string{"final"}, Pull: true, Push: true,
	})
	assert.DeepEqual(t, container.BuildsUpon(p.Services["web"]), []string{"base"})
}

func TestBuildForThePlatformOfContainers(t *testing.T) {
	for _, c := range []struct {
		service string
		all     bool
		want    []string
	}{
		{"{build: .}", false, nil},
		{"{build: ., platform: linux/arm64}", false, []string{"linux/arm64"}},
		{"{build: ., platform: linux/arm64}", true, []string{"linux/arm64"}},
		{"{build: {context: ., platforms: [linux/amd64, linux/arm64]}, platform: linux/arm64}", false, []string{"linux/arm64"}},
		{"{build: {context: ., platforms: [linux/amd64, linux/arm64]}}", false, nil},
		{"{build: {context: ., platforms: [linux/amd64, linux/arm64]}}", true, []string{"linux/amd64", "linux/arm64"}},
	} {
		p := written(t, "services: {web: "+c.service+"}")
		spec, err := container.BuildSpec(p, "web", container.Build{AllPlatforms: c.all})
		assert.NilError(t, err)
		assert.DeepEqual(t, []string(spec.Platforms), c.want)
	}
}

func TestBuildsThatAnOldEngineWouldNotHonour(t *testing.T) {
	p := written(t, everyAttribute)
	_, err := container.BuildSpec(p, "web", container.Build{Agent: "/agent", SBOM: "false", Host: hosts.Host{Name: "h1", EngineVersion: "20.10.24"}})
	for _, attribute := range []string{"shm_size", "ulimits", "provenance"} {
		assert.ErrorContains(t, err, "service web: build."+attribute+
			": needs Docker Engine 23.0, and host h1, which builds, has 20.10.24 (update the engine, or build elsewhere: x-clocker.build.host)")
	}
	assert.Assert(t, !strings.Contains(err.Error(), "sbom"), err)
}

// TestBuilderOfItsOwn: the call's, or else the service's, or else the project's;
// what the host's engine can doesn't matter there.
func TestBuilderOfItsOwn(t *testing.T) {
	const (
		ofProject = "x-clocker: {build: {host: h1, builder: 'tcp://project:1'}}\n"
		ofService = "services: {web: {build: {context: ., shm_size: 1m}, x-clocker: {build: {builder: 'tcp://service:1'}}}}"
		ofNobody  = "services: {web: {build: {context: ., shm_size: 1m}}}"
	)
	old := hosts.Host{Name: "h1", EngineVersion: "20.10.24"}
	for _, c := range []struct{ compose, asked, want string }{
		{ofProject + ofNobody, "", "tcp://project:1"},
		{ofProject + ofService, "", "tcp://service:1"},
		{ofProject + ofService, "unix:///asked", "unix:///asked"},
	} {
		p := written(t, c.compose)
		spec, err := container.BuildSpec(p, "web", container.Build{Builder: c.asked, Host: old})
		assert.NilError(t, err)
		assert.Equal(t, spec.Builder, c.want)
		assert.Equal(t, p.ServiceClocker("web").Build.Host, "h1", "where it goes is told apart")
	}
	_, err := container.BuildSpec(written(t, ofProject+ofService), "web", container.Build{Builder: "default", Host: old})
	assert.ErrorContains(t, err, "build.shm_size: needs Docker Engine 23.0")
}

func TestBuildsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ compose, want string }{
		{
			"services: {web: {build: {context: ., ssh: [default]}}}",
			"service web: build.ssh: default is your SSH agent, and SSH_AUTH_SOCK is not set (start ssh-agent, or give a key: default=PATH)",
		},
		{
			"services: {web: {build: {context: ., provenance: mode}}}",
			"service web: build.provenance: invalid value mode (write true, false, or mode=max)",
		},
		{
			"services: {web: {build: {context: ., sbom: 'generator=a,b'}}}",
			"service web: build.sbom: invalid value b (write true, false, or generator=IMAGE)",
		},
		{
			"services: {web: {build: {context: ., isolation: hyperv}}}",
			`service web: build.isolation: "hyperv" is for Windows hosts (leave it out)`,
		},
		{
			"services: {web: {build: {context: ., secrets: [s]}}}\nsecrets: {s: {environment: UNSET_FOR_SURE}}",
			"service web: build.secrets: s wants the environment variable UNSET_FOR_SURE, which is not set (set it, or write it into .env)",
		},
		{
			"services: {web: {build: {context: ., secrets: [s]}}}\nsecrets: {s: {external: true}}",
			"service web: build.secrets: s is external, which only Swarm has (give it a file or environment)",
		},
		{
			"services: {web: {build: {context: ssh://git@example.com/x.git}, x-clocker: {build: {checksum: 'sha256:" + strings.Repeat("0", 64) + "'}}}}",
			"service web: build.context: only an archive at an https address has a checksum, and this is ssh://git@example.com/x.git (leave x-clocker.build.checksum out)",
		},
		{
			"services: {web: {build: {context: ., additional_contexts: {b: 'service:base'}}, x-clocker: {build: {builder: 'tcp://b:1'}}}, base: {build: .}}",
			"service web: build.additional_contexts: the image of service base isn't at the builder tcp://b:1 (let a host build it: --builder default, or x-clocker.build without builder)",
		},
	} {
		p := written(t, c.compose)
		_, err := container.BuildSpec(p, "web", container.Build{})
		assert.Error(t, err, c.want)
	}
}
