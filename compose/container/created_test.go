package container_test

import (
	"archive/tar"
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/moby/moby/api/types/network"
	"github.com/moby/moby/api/types/volume"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/container"
	"github.com/clocker-compose/clocker-compose/compose/project"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// created makes a case of the corpus on the engine as we would.
func created(t *testing.T, e *rawEngine, dir, name, socket string) outcome {
	t.Helper()
	r := record(t, socket)
	adapter, err := docker.Open(hosts.Host{Endpoint: hosts.Endpoint{URL: "tcp://" + r.Listener.Addr().String()}}, docker.Options{})
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, adapter.Close()) })
	p := loadAt(t, dir, name)
	t.Cleanup(func() { e.remove(t, r) })
	createResources(t, adapter, p)
	createReplicas(t, adapter, p)
	return outcome{
		requested: anonymize(canonical(t, r.requests), r.ids),
		inspected: e.inspectAll(t, r),
	}
}

func createResources(t *testing.T, adapter *docker.Engine, p *project.Project) {
	t.Helper()
	for key := range p.Networks {
		spec, err := container.NetworkSpec(p, key)
		assert.NilError(t, err)
		_, err = adapter.CreateNetwork(t.Context(), spec)
		assert.NilError(t, err)
	}
	for key := range p.Volumes {
		spec, err := container.VolumeSpec(p, key)
		assert.NilError(t, err)
		assert.NilError(t, adapter.CreateVolume(t.Context(), spec))
	}
}

func createReplicas(t *testing.T, adapter *docker.Engine, p *project.Project) {
	t.Helper()
	ids := map[string]string{}
	replicas(t, p, func(service string, number int) {
		spec, err := container.Spec(p, service, number, container.Target{Containers: ids})
		assert.NilError(t, err)
		id, err := adapter.CreateContainer(t.Context(), spec)
		assert.NilError(t, err)
		if number == 1 {
			ids[service] = id
		}
		if p.Name == "references" { // as Docker Compose was started too
			assert.NilError(t, adapter.StartContainer(t.Context(), id))
		}
	})
}

// remove takes away what was recorded.
func (e *rawEngine) remove(t *testing.T, r *recorder) {
	t.Helper()
	for _, kind := range []string{"containers", "networks"} {
		for id := range r.ids {
			e.delete(t, "/"+kind+"/"+id+"?force=1&v=1")
		}
	}
	for name := range r.requests.Volumes {
		e.delete(t, "/volumes/"+name)
	}
}

func (e *rawEngine) delete(t *testing.T, path string) {
	t.Helper()
	q, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodDelete, "http://engine"+path, nil)
	assert.NilError(t, err)
	answer, err := e.Do(q)
	assert.NilError(t, err)
	assert.NilError(t, answer.Body.Close())
}

// inspectAll is what the engine says of all that was recorded, canonical.
func (e *rawEngine) inspectAll(t *testing.T, r *recorder) string {
	t.Helper()
	all := map[string]any{}
	for id, name := range r.ids {
		found := e.get(t, "/containers/"+id+"/json")
		kind := "container "
		if found["message"] != nil {
			found, kind = e.get(t, "/networks/"+id), "network "
			delete(found, "Containers")
		}
		delete(found, "State")
		delete(found, "Created")
		all[kind+name] = found
	}
	for name := range r.requests.Volumes {
		all["volume "+name] = e.get(t, "/volumes/"+name)
	}
	raw, err := json.Marshal(all)
	assert.NilError(t, err)
	var tree any
	assert.NilError(t, json.Unmarshal([]byte(anonymize(string(raw), r.ids)), &tree))
	return canonical(t, tree)
}

func rootfs(t *testing.T, busybox []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range []tar.Header{
		{Name: "bin/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "etc/", Typeflag: tar.TypeDir, Mode: 0o755},
		{Name: "bin/busybox", Typeflag: tar.TypeReg, Mode: 0o755, Size: int64(len(busybox))},
		{Name: "bin/sh", Typeflag: tar.TypeSymlink, Linkname: "busybox"},
		{Name: "bin/sleep", Typeflag: tar.TypeSymlink, Linkname: "busybox"},
	} {
		assert.NilError(t, w.WriteHeader(&h))
		if h.Typeflag == tar.TypeReg {
			_, err := w.Write(busybox)
			assert.NilError(t, err)
		}
	}
	assert.NilError(t, w.Close())
	return b.Bytes()
}

// askedNetwork is a spec in the form of a recorded request.
func askedNetwork(s hosts.NetworkSpec) network.CreateRequest {
	q := network.CreateRequest{
		Name: s.Name, Driver: s.Driver, Internal: s.Internal, Attachable: s.Attachable,
		EnableIPv4: s.EnableIPv4, EnableIPv6: s.EnableIPv6, Labels: s.Labels, Options: s.Options,
	}
	if s.IPAMDriver != "" || len(s.IPAM) > 0 || len(s.IPAMOptions) > 0 {
		q.IPAM = &network.IPAM{Driver: s.IPAMDriver, Options: s.IPAMOptions}
	}
	for _, pool := range s.IPAM {
		q.IPAM.Config = append(q.IPAM.Config, network.IPAMConfig{
			Subnet: pool.Subnet, IPRange: pool.Range, Gateway: pool.Gateway, AuxAddress: pool.Aux,
		})
	}
	return q
}

func askedVolume(s hosts.VolumeSpec) volume.CreateRequest {
	return volume.CreateRequest{Name: s.Name, Driver: s.Driver, Labels: s.Labels, DriverOpts: s.Options}
}
