package container_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// A request depends on nothing but what is given, and changes nothing of it.
func TestSpecIsRepeatable(t *testing.T) {
	for _, name := range cases(t) {
		t.Run(name, func(t *testing.T) {
			p := load(t, name)
			target := container.Target{Containers: readRecording(t, name).IDs, Read: readMoved(name), Environment: map[string]string{"HTTP_PROXY": "p", "A": "b"}}
			before := marshal(t, p.Project)
			replicas(t, p, func(service string, number int) {
				first, err := container.Spec(p, service, number, target)
				assert.NilError(t, err)
				for range 5 {
					again, err := container.Spec(p, service, number, target)
					assert.NilError(t, err)
					assert.Equal(t, marshal(t, again), marshal(t, first))
				}
			})
			assert.Equal(t, marshal(t, p.Project), before)
		})
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.Marshal(v)
	assert.NilError(t, err)
	return string(raw)
}

func TestUnknownNames(t *testing.T) {
	p := written(t, "services: {web: {image: web}}\nnetworks: {out: {external: true}}\nvolumes: {out: {external: true}}")
	_, err := container.Spec(p, "nobody", 1, container.Target{})
	assert.ErrorContains(t, err, "nobody")
	_, err = container.Hash(p, "nobody", container.Target{})
	assert.ErrorContains(t, err, "nobody")
	_, err = container.NetworkSpec(p, "nowhere")
	assert.Error(t, err, "no such network: nowhere")
	_, err = container.VolumeSpec(p, "nowhere")
	assert.Error(t, err, "no such volume: nowhere")
}

// The environment that Docker's configuration gives gives way to the service's.
func TestEnvironmentOfTheUser(t *testing.T) {
	p := written(t, "services: {web: {image: web, environment: {HTTP_PROXY: own, UNSET_HERE: }}}")
	spec, err := container.Spec(p, "web", 1, container.Target{Environment: map[string]string{"HTTP_PROXY": "theirs", "NO_PROXY": "x"}})
	assert.NilError(t, err)
	assert.DeepEqual(t, spec.Config.Env, []string{"HTTP_PROXY=own", "NO_PROXY=x", "UNSET_HERE"})
}

func TestAnonymousVolumesAreInherited(t *testing.T) {
	p := written(t, "services: {web: {image: web, volumes: [/own, {type: volume, target: /ro, read_only: true}, 'named:/named']}}\nvolumes: {named: {}}")
	spec, err := container.Spec(p, "web", 1, container.Target{Replaced: map[string]hosts.Mount{
		"/own":   {Type: "volume", Name: "a1", Destination: "/own"},
		"/ro":    {Type: "volume", Name: "a2", Destination: "/ro"},
		"/image": {Type: "volume", Name: "a3", Destination: "/image"},
		"/named": {Type: "volume", Name: "a4", Destination: "/named"},
	}})
	assert.NilError(t, err)
	assert.DeepEqual(t, spec.HostConfig.Binds, []string{"shop_named:/named:rw"})
	got := map[string]string{}
	for _, m := range spec.HostConfig.Mounts {
		got[m.Target] = m.Source
		assert.Equal(t, m.ReadOnly, m.Target == "/ro")
	}
	assert.DeepEqual(t, got, map[string]string{"/own": "a1", "/ro": "a2"})

	all := []hosts.Mount{
		{Type: "volume", Name: "a1", Destination: "/own"},
		{Type: "volume", Name: "a3", Destination: "/image", ReadOnly: true},
		{Type: "volume", Name: "a4", Destination: "/named"},
		{Type: "volume", Name: "a5", Destination: "/former"},
		{Type: "tmpfs", Destination: "/tmpfs"},
		{Type: "bind", Source: "/srv", Destination: "/bound"},
	}
	inherited := container.Inherit(spec, all, []string{"/bound", "/image", "/named", "/own", "/tmpfs"})
	var mounts []string
	for _, m := range inherited.HostConfig.Mounts {
		mounts = append(mounts, fmt.Sprint(m.Type, " ", m.Source, " ", m.Target, " ", m.ReadOnly))
	}
	assert.DeepEqual(t, mounts, []string{"bind /srv /bound false", "volume a3 /image true", "volume a1 /own false", "volume a2 /ro true"})
	assert.Equal(t, len(spec.HostConfig.Mounts), 2, "the request that is given stays as it is")
}

func TestCredentialsOfTheAPISocket(t *testing.T) {
	p := written(t, "services: {agent: {image: agent, use_api_socket: true}}")
	spec, err := container.Spec(p, "agent", 1, container.Target{Credentials: []byte("{}")})
	assert.NilError(t, err)
	assert.Equal(t, len(spec.Files), 1)
	assert.Equal(t, spec.Files[0].Path, "/run/secrets/docker/config.json")
	assert.DeepEqual(t, spec.Config.Env, []string{"DOCKER_CONFIG=/run/secrets/docker"})
}

// References that the specification leaves open are resolved on the target.
func TestReferencesToContainers(t *testing.T) {
	p := written(t, `
services:
  base: {image: web}
  side: {image: web, network_mode: "service:base", pid: "service:base", ipc: "container:other", volumes_from: ["base:ro", "container:given:rw"]}
`)
	spec, err := container.Spec(p, "side", 1, container.Target{Containers: map[string]string{"base": "abc"}})
	assert.NilError(t, err)
	assert.Equal(t, string(spec.HostConfig.NetworkMode), "container:abc")
	assert.Equal(t, string(spec.HostConfig.PidMode), "container:abc")
	assert.Equal(t, string(spec.HostConfig.IpcMode), "container:other")
	assert.DeepEqual(t, spec.HostConfig.VolumesFrom, []string{"abc", "given"})
	other, err := container.Hash(p, "side", container.Target{Containers: map[string]string{"base": "def"}})
	assert.NilError(t, err)
	assert.Assert(t, other != spec.Config.Labels["com.docker.compose.config-hash"], "a new parent means a new container")
}

func TestAddressesOfANameKeepTheirOrder(t *testing.T) {
	p := written(t, "services: {web: {image: web, extra_hosts: ['b=10.0.0.2', 'b=10.0.0.1', 'a=10.0.0.3']}}")
	spec, err := container.Spec(p, "web", 1, container.Target{})
	assert.NilError(t, err)
	assert.DeepEqual(t, spec.HostConfig.ExtraHosts, []string{"a:10.0.0.3", "b:10.0.0.2", "b:10.0.0.1"})
}
