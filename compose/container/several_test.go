package container_test

import (
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/moby/moby/api/types/mount"
	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
	"gotest.tools/v3/golden"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// written is a project of one compose file, and of further files by name.
func written(t *testing.T, compose string, files ...string) *project.Project {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	assert.NilError(t, os.Mkdir(dir, 0o755))
	assert.NilError(t, os.WriteFile(filepath.Join(dir, "compose.yaml"), []byte(compose), 0o644))
	for i := 0; i < len(files); i += 2 {
		assert.NilError(t, os.WriteFile(filepath.Join(dir, files[i]), []byte(files[i+1]), 0o755))
	}
	return loadAt(t, dir, "shop")
}

// remote is a host of a pool of several, with the named networks on the fabric.
func remote(networks ...string) container.Target {
	t := container.Target{
		Host:   hosts.Host{Name: "h2", Endpoint: hosts.Endpoint{URL: "ssh://root@h2"}, EngineVersion: "29.1.0"},
		Labels: map[string]string{hosts.LabelHost: "h2", hosts.LabelLocation: "eu"},
		Fabric: map[string]container.FabricNetwork{},
	}
	for i, key := range networks {
		t.Fabric[key] = container.FabricNetwork{Gateway: netip.AddrFrom4([4]byte{10, 32, byte(i), 1})}
	}
	return t
}

func TestFabricNamesInPlaceOfTheEngines(t *testing.T) {
	p := written(t, `
services:
  web:
    image: web
    networks: {front: {aliases: [www, web]}, back: {priority: 5}}
    links: ["db:database", cache]
    external_links: ["old:legacy"]
    dns: 9.9.9.9
  db: {image: db, networks: [back]}
  cache: {image: cache, networks: [back]}
networks: {front: {}, back: {}}
`)
	spec, err := container.Spec(p, "web", 2, remote("front", "back"))
	assert.NilError(t, err)
	assert.Equal(t, len(spec.Networks), 2)
	back, front := spec.Networks[0], spec.Networks[1]
	assert.Equal(t, back.Network, "shop_back")
	assert.Equal(t, string(spec.HostConfig.NetworkMode), "shop_back")
	assert.Equal(t, front.Endpoint.DriverOpts[hosts.OptionNames], "web,shop-web-2,www")
	assert.Equal(t, back.Endpoint.DriverOpts[hosts.OptionNames], "web,shop-web-2")
	assert.Equal(t, back.Endpoint.DriverOpts[hosts.OptionLinks], "database=db,db-2=db,cache-2=cache,legacy=old")
	assert.Check(t, is.Len(back.Endpoint.Aliases, 0), "the engine would answer with the replicas of one host")
	assert.Check(t, is.Len(back.Endpoint.Links, 0))
	assert.Check(t, is.Len(spec.HostConfig.Links, 0))
	assert.DeepEqual(t, texts(spec.HostConfig.DNS), []string{"10.32.1.1", "10.32.0.1", "9.9.9.9"})
	assert.Equal(t, spec.Config.Labels[hosts.LabelHost], "h2")
}

func texts(addresses []netip.Addr) []string {
	var all []string
	for _, a := range addresses {
		all = append(all, a.String())
	}
	return all
}

// A network with a driver of its own is each host's, beside those of the fabric.
func TestNetworkOfOneHostBesideTheFabric(t *testing.T) {
	p := written(t, `
services:
  web: {image: web, networks: [lan, shared], links: [db]}
  db: {image: db, networks: [lan, shared]}
networks: {lan: {driver: macvlan}, shared: {}}
`)
	target := remote("shared")
	spec, err := container.Spec(p, "web", 1, target)
	assert.NilError(t, err)
	lan, shared := spec.Networks[0].Endpoint, spec.Networks[1].Endpoint
	assert.DeepEqual(t, lan.Aliases, []string{"shop-web-1", "web"})
	assert.Check(t, is.Len(lan.Links, 0), "nothing is known of db on this host")
	assert.Equal(t, shared.DriverOpts[hosts.OptionNames], "web,shop-web-1")

	target.Linked = map[string][]string{"db": {"shop-db-7"}}
	spec, err = container.Spec(p, "web", 1, target)
	assert.NilError(t, err)
	assert.DeepEqual(t, spec.Networks[0].Endpoint.Links, []string{"shop-db-7:db", "shop-db-7:db-1", "shop-db-7:shop-db-1"})
}

// The hash knows nothing of hosts: a container stays when its pool grows.
func TestHashIsTheSameOnEveryHost(t *testing.T) {
	p := written(t, "services: {web: {image: web, volumes: ['/srv:/srv']}}")
	here, err := container.Spec(p, "web", 1, container.Target{})
	assert.NilError(t, err)
	there, err := container.Spec(p, "web", 1, remote("default"))
	assert.NilError(t, err)
	assert.Equal(t, here.Config.Labels[hosts.LabelConfigHash], there.Config.Labels[hosts.LabelConfigHash])
}

func TestPathsOfAnotherMachine(t *testing.T) {
	p := written(t, `
services:
  web:
    image: web
    volumes:
      - /srv/data:/data
      - {type: bind, source: /srv/strict, target: /strict, bind: {propagation: rslave}}
      - /srv/labelled:/labelled:z
      - named:/named
      - /anonymous
volumes: {named: {}}
`)
	spec, err := container.Spec(p, "web", 1, remote("default"))
	assert.NilError(t, err)
	assert.DeepEqual(t, spec.HostConfig.Binds, []string{"/srv/labelled:/labelled:rw,z", "shop_named:/named:rw"})
	for _, m := range spec.HostConfig.Mounts {
		if m.Type == mount.TypeBind {
			assert.Assert(t, m.BindOptions != nil && !m.BindOptions.CreateMountpoint, "%s would be made where it is missing", m.Source)
		}
	}

	unix := remote("default")
	unix.Host.Endpoint.URL = "unix:///var/run/docker.sock"
	spec, err = container.Spec(p, "web", 1, unix)
	assert.NilError(t, err)
	assert.Check(t, is.Contains(spec.HostConfig.Binds, "/srv/data:/data:rw"), "on this machine the engine makes the folder")
}

const mixedFiles = `
services:
  web:
    image: web
    configs: [script, inline, {source: script, target: etc/owned, uid: "5", gid: "6", mode: 0o440}]
    secrets: [token]
configs:
  script: {file: ./run.sh}
  inline: {content: text}
secrets:
  token: {file: ./token}
`

func TestFilesAreCopiedToAnotherMachine(t *testing.T) {
	p := written(t, mixedFiles, "run.sh", "#!/bin/sh\n", "token", "s3cret")
	assert.NilError(t, os.Chmod(filepath.Join(p.WorkingDir, "token"), 0o600))
	spec, err := container.Spec(p, "web", 1, remote("default"))
	assert.NilError(t, err)
	assert.DeepEqual(t, spec.Files, []hosts.File{
		{Path: "/run/secrets/token", Content: []byte("s3cret"), Mode: 0o444},
		{Path: "/script", Content: []byte("#!/bin/sh\n"), Mode: 0o555},
		{Path: "/inline", Content: []byte("text"), Mode: 0o444},
		{Path: "/etc/owned", Content: []byte("#!/bin/sh\n"), Mode: 0o440, UID: 5, GID: 6},
	})
	assert.Check(t, is.Len(spec.HostConfig.Mounts, 0))
	assert.Check(t, !strings.Contains(text(spec.Config)+text(spec.HostConfig), "s3cret"))

	spec, err = container.Spec(p, "web", 1, container.Target{})
	assert.NilError(t, err)
	assert.Check(t, is.Len(spec.Files, 1), "on this machine files are mounted")
	assert.Check(t, is.Len(spec.HostConfig.Mounts, 3))
}

// Everything that is wrong is told at once, each in a sentence with a remedy.
func TestRefusals(t *testing.T) {
	p := written(t, `
services:
  old:
    image: web
    healthcheck: {test: "true", start_period: 1s, start_interval: 1s}
    volumes:
      - {type: image, source: other, target: /image}
      - {type: volume, source: data, target: /data, volume: {subpath: a}}
    networks: {default: {gw_priority: 1, interface_name: eth9}}
  wrong:
    image: web
    healthcheck: {test: "true", start_interval: 1s}
    expose: ["lots"]
    dns: [resolver]
    security_opt: [nonsense, "seccomp=missing.json"]
    volumes: [{type: cluster, source: data, target: /cluster}]
    configs: [unset, swarm]
  addressed:
    image: web
    mac_address: 02:00:00:00:00:01
    networks: {default: {ipv4_address: 10.9.9.9, ipv6_address: "fd00::9", link_local_ips: [169.254.1.1], interface_name: eth9}}
  elsewhere:
    image: web
    read_only: true
    network_mode: service:wrong
    volumes: ["./conf:/conf", "../shop/data:/data:ro"]
    secrets: [token, gone]
  folder: {image: web, configs: [folder]}
  two-macs: {image: web, mac_address: "02:00:00:00:00:01", networks: {default: {mac_address: "02:00:00:00:00:02"}}}
volumes: {data: {}}
configs:
  unset: {environment: NOT_SET_ANYWHERE}
  swarm: {external: true}
  folder: {file: ./}
secrets:
  token: {file: ./token}
  gone: {file: ./gone}
`, "token", "x")
	old := remote("default")
	old.Host.EngineVersion = "20.10.24+dfsg1"
	var b strings.Builder
	for _, c := range []struct {
		service string
		target  container.Target
	}{
		{"old", container.Target{Host: old.Host}},
		{"wrong", remote()},
		{"addressed", remote("default")},
		{"elsewhere", remote()},
		{"folder", remote("default")},
		{"two-macs", container.Target{}},
	} {
		_, err := container.Spec(p, c.service, 1, c.target)
		assert.Assert(t, err != nil, c.service)
		var problem *container.Problem
		assert.Assert(t, errors.As(err, &problem) && problem.Fatal)
		b.WriteString(strings.ReplaceAll(err.Error(), p.WorkingDir, "$DIR") + "\n\n")
	}
	golden.Assert(t, b.String(), "refusals.txt")
}
