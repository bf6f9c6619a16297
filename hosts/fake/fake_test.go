package fake_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

func soon(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func loaded() *fake.Engine {
	e := fake.New(hosts.Host{Name: "h1"})
	e.Load("busybox")
	return e
}

func server(name string, labels map[string]string) hosts.ContainerSpec {
	return hosts.ContainerSpec{Name: name, Config: &container.Config{Image: "busybox", Cmd: []string{"httpd"}, Labels: labels}}
}

func TestFaults(t *testing.T) {
	e, ctx := loaded(), soon(t)
	e.Inject(fake.Fault{Method: "CreateContainer", Object: "web", Nth: 2, Kind: fake.Unreachable})
	for i, want := range []bool{false, true, false} {
		_, err := e.CreateContainer(ctx, server("web-"+string(rune('1'+i)), nil))
		assert.Check(t, cmp.Equal(errors.Is(err, hosts.ErrUnreachable), want), "call %d: %v", i+1, err)
	}
	e.Inject(fake.Fault{Method: "StartContainer", Kind: fake.Broken, Text: "died half way", After: true})
	err := e.StartContainer(ctx, "web-1")
	assert.Check(t, cmp.Error(err, "host h1: start container web-1: died half way"))
	d, err := e.InspectContainer(ctx, "web-1")
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(d.State, hosts.Running), "the call had its effect")
	e.Heal()
	assert.NilError(t, e.StartContainer(ctx, "web-3"))

	e.Inject(fake.Fault{Delay: time.Hour})
	short, cancel := context.WithTimeout(ctx, 20*time.Millisecond)
	defer cancel()
	_, err = e.Observe(short)
	assert.Check(t, errors.Is(err, hosts.ErrUnreachable))
	assert.Check(t, errors.Is(err, context.DeadlineExceeded))
}

func TestCalls(t *testing.T) {
	e, ctx := loaded(), soon(t)
	_, err := e.CreateContainer(ctx, server("web", nil))
	assert.NilError(t, err)
	assert.Check(t, e.StartContainer(ctx, "absent") != nil)
	assert.Check(t, cmp.DeepEqual(e.Calls(), []fake.Call{{Method: "CreateContainer", Object: "web"}, {Method: "StartContainer", Object: "absent"}}))
	e.ForgetCalls()
	assert.Check(t, cmp.Len(e.Calls(), 0))
}

func TestScriptedHealth(t *testing.T) {
	for label, want := range map[string]string{fake.LabelHealthyAfter: "healthy", fake.LabelUnhealthyAfter: "unhealthy"} {
		e, ctx := loaded(), soon(t)
		spec := server("web", map[string]string{label: "3"})
		spec.Config.Healthcheck = &container.HealthConfig{Test: []string{"CMD", "true"}}
		id, err := e.CreateContainer(ctx, spec)
		assert.NilError(t, err)
		assert.NilError(t, e.StartContainer(ctx, id))
		for look := 1; look <= 4; look++ {
			d, err := e.InspectContainer(ctx, id)
			assert.NilError(t, err)
			wanted := "starting"
			if look >= 3 {
				wanted = want
			}
			assert.Check(t, cmp.Equal(d.Health, wanted), "look %d", look)
		}
	}
}

func TestPoolOutlivesTheProcess(t *testing.T) {
	dir, ctx := t.TempDir(), soon(t)
	engine := func() *fake.Engine {
		pool, err := fake.Open(dir)
		assert.NilError(t, err)
		return pool.Engine(hosts.Host{Name: "h1"})
	}
	first := engine()
	first.Publish("nginx:alpine")
	assert.NilError(t, first.PullImage(ctx, "docker.io/library/nginx:alpine", hosts.PullOptions{}))
	spec := server("web", map[string]string{"a": "b"})
	spec.Config.Image = "nginx:alpine"
	id, err := first.CreateContainer(ctx, spec)
	assert.NilError(t, err)
	assert.NilError(t, first.StartContainer(ctx, id))
	before, err := first.Observe(ctx)
	assert.NilError(t, err)
	after, err := engine().Observe(ctx)
	assert.NilError(t, err)
	assert.Check(t, cmp.Len(after.Containers, 1))
	assert.Check(t, cmp.Equal(after.Containers[0].State, hosts.Running))
	assert.Check(t, cmp.Equal(after.Containers[0].Attachments[0].Address, before.Containers[0].Attachments[0].Address))
	assert.Check(t, cmp.Equal(len(after.Networks), len(before.Networks)))
}

func TestPullOfWhatNobodyPublished(t *testing.T) {
	e := loaded()
	err := e.PullImage(soon(t), "nginx", hosts.PullOptions{})
	assert.Check(t, errors.Is(err, hosts.ErrNotFound))
	e.Publish("nginx")
	var last hosts.PullProgress
	assert.NilError(t, e.PullImage(soon(t), "nginx", hosts.PullOptions{Progress: func(p hosts.PullProgress) { last = p }}))
	assert.Check(t, cmp.Equal(last.Status, "Pull complete"))
	i, err := e.InspectImage(soon(t), "nginx:latest")
	assert.NilError(t, err)
	assert.Check(t, cmp.DeepEqual(i.Tags, []string{"nginx:latest"}))
}

func TestPluginBringsItsDriver(t *testing.T) {
	e, ctx := loaded(), soon(t)
	_, err := e.CreateNetwork(ctx, hosts.NetworkSpec{Name: "net", Driver: hosts.FabricDriver})
	assert.Check(t, errors.Is(err, hosts.ErrNotFound))

	var archive bytes.Buffer
	w := tar.NewWriter(&archive)
	config := []byte(`{"Description":"driver 1"}`)
	assert.NilError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "config.json", Size: int64(len(config))}))
	_, _ = w.Write(config)
	assert.NilError(t, w.Close())
	assert.NilError(t, e.InstallPlugin(ctx, hosts.FabricDriver, bytes.NewReader(archive.Bytes())))
	err = e.InstallPlugin(ctx, hosts.FabricDriver, &archive)
	assert.Check(t, errors.Is(err, hosts.ErrConflict))
	assert.NilError(t, e.EnablePlugin(ctx, hosts.FabricDriver))
	p, err := e.Plugin(ctx, hosts.FabricDriver)
	assert.NilError(t, err)
	assert.Check(t, cmp.DeepEqual(p, hosts.Plugin{ID: p.ID, Name: hosts.FabricDriver, Enabled: true, Description: "driver 1"}))

	_, err = e.CreateNetwork(ctx, hosts.NetworkSpec{Name: "net", Driver: hosts.FabricDriver})
	assert.NilError(t, err)
	o, err := e.Observe(ctx)
	assert.NilError(t, err)
	assert.Check(t, cmp.Contains(o.Host.Drivers, hosts.FabricDriver))
	assert.Check(t, errors.Is(e.DisablePlugin(ctx, hosts.FabricDriver, false), hosts.ErrConflict))
	assert.NilError(t, e.RemoveNetwork(ctx, "net"))
	assert.Check(t, errors.Is(e.RemovePlugin(ctx, hosts.FabricDriver, false), hosts.ErrConflict))
	assert.NilError(t, e.DisablePlugin(ctx, hosts.FabricDriver, false))
	assert.NilError(t, e.RemovePlugin(ctx, hosts.FabricDriver, false))
}

func TestOnExec(t *testing.T) {
	e, ctx := loaded(), soon(t)
	id, err := e.CreateContainer(ctx, server("web", nil))
	assert.NilError(t, err)
	assert.NilError(t, e.StartContainer(ctx, id))
	r, err := e.Exec(ctx, "web", []string{"curl", "x"})
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(r.ExitCode, 127))
	e.OnExec(func(container string, command []string) (hosts.ExecResult, bool) {
		return hosts.ExecResult{Stdout: []byte(container + " " + command[1])}, command[0] == "curl"
	})
	r, err = e.Exec(ctx, "web", []string{"curl", "x"})
	assert.NilError(t, err)
	assert.Check(t, cmp.Equal(string(r.Stdout), "web x"))
}
