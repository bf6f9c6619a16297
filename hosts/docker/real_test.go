package docker_test

import (
	"archive/tar"
	"bytes"
	"context"
	"debug/elf"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/moby/moby/api/types/container"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/poll"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/buildkit"
	"github.com/clocker-compose/clocker-compose/hosts/conformance"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// TestConformance runs the suite on the engine that is installed here.
func TestConformance(t *testing.T) { conform(t, "") }

// TestConformanceOfGeneration29 runs it on the engine in the folder ENGINE29_BIN.
func TestConformanceOfGeneration29(t *testing.T) {
	conform(t, generation29(t))
}

// generation29 is the folder of its programs. Without it the test is skipped.
func generation29(t *testing.T) string {
	t.Helper()
	bin := os.Getenv("ENGINE29_BIN")
	if bin == "" {
		t.Skip("ENGINE29_BIN names no folder with an engine of generation 29")
	}
	return bin
}

// TestPruning throws images away, on an engine of its own.
func TestPruning(t *testing.T) {
	conformance.RunPruning(t, open(t, startEngine(t, ""), docker.Options{}))
}

// TestPruningOfGeneration29 does so on the engine in the folder ENGINE29_BIN.
func TestPruningOfGeneration29(t *testing.T) {
	conformance.RunPruning(t, open(t, startEngine(t, generation29(t)), docker.Options{}))
}

func conform(t *testing.T, bin string) {
	url := startEngine(t, bin)
	e := open(t, url, docker.Options{})
	o, err := e.Observe(soon(t))
	assert.NilError(t, err)
	t.Logf("engine %s", o.Host.EngineVersion)
	conformance.Run(t, e)
	t.Run("builds", func(t *testing.T) { conformance.RunBuilds(t, e, buildkit.New("h", e, buildkit.Options{})) })
	t.Run("owners of files", func(t *testing.T) { testOwners(t, e) })
}

// testOwners is about what the suite's small shell can't see.
func testOwners(t *testing.T, e *docker.Engine) {
	ctx := soon(t)
	id, err := e.CreateContainer(ctx, hosts.ContainerSpec{
		Name:       "owners",
		Config:     &container.Config{Image: conformance.Image, Cmd: []string{"sleep", "60"}, User: "1000:1000"},
		HostConfig: &container.HostConfig{NetworkMode: "none"},
		Files:      []hosts.File{{Path: "/new/secret", Content: []byte("s"), Mode: 0o440, UID: 7, GID: 8}},
	})
	assert.NilError(t, err)
	defer func() { _ = e.RemoveContainer(context.Background(), id, true, true) }()
	assert.NilError(t, e.StartContainer(ctx, id))
	r, err := e.Exec(ctx, id, []string{"busybox", "stat", "-c", "%u:%g %a", "/new/secret"})
	assert.NilError(t, err)
	assert.Equal(t, string(r.Stdout)+string(r.Stderr), "7:8 440\n")
}

// startEngine starts an engine with network, processes, mounts and data of its
// own, and loads the suite's image. The machine's own are not touched.
func startEngine(t *testing.T, bin string) (url string) {
	t.Helper()
	path := os.Getenv("PATH")
	if bin != "" {
		path = bin + ":" + path
	}
	needs(t, bin)
	dir, err := os.MkdirTemp("", "engine")
	assert.NilError(t, err)
	group := filepath.Base(dir)
	script := fmt.Sprintf(`mount -t tmpfs tmpfs /run && ip link set lo up && dockerd -H unix://%[1]s/s --data-root %[1]s/data \
		--exec-root %[1]s/exec --pidfile %[1]s/pid --cgroup-parent /%[2]s >%[1]s/log 2>&1 & wait`, dir, group)
	cmd := exec.Command("unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script)
	cmd.Env = append(os.Environ(), "PATH="+path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	assert.NilError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		removeEngine(t, dir, group)
	})
	loadImage(t, filepath.Join(dir, "s"), filepath.Join(dir, "log"))
	return "unix://" + filepath.Join(dir, "s")
}

// needs skips the test where something for it is not there.
func needs(t *testing.T, bin string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("starting an engine takes root")
	}
	for _, command := range []string{"unshare", "ip", "busybox"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Skipf("starting an engine takes %s", command)
		}
	}
	if _, err := exec.LookPath("dockerd"); bin == "" && err != nil {
		t.Skip("no engine is installed here: dockerd is missing (Debian's package docker.io)")
	}
	busybox, _ := exec.LookPath("busybox")
	f, err := elf.Open(busybox)
	assert.NilError(t, err)
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP {
			t.Skip("the image takes a static busybox (Debian's package busybox-static)")
		}
	}
}

// removeEngine removes what the kernel lets go of a moment after the processes.
func removeEngine(t *testing.T, dir, group string) {
	t.Helper()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		groups, _ := filepath.Glob("/sys/fs/cgroup/*/" + group)
		for _, g := range append(groups, "/sys/fs/cgroup/"+group) {
			// Removing folders is all that a cgroup allows, the innermost first.
			_ = exec.Command("find", g, "-depth", "-type", "d", "-exec", "rmdir", "{}", ";").Run()
		}
		if err := os.RemoveAll(dir); err != nil {
			return poll.Continue("%v", err)
		}
		return poll.Success()
	}, poll.WithTimeout(time.Minute))
}

// loadImage makes the image of a static busybox.
func loadImage(t *testing.T, socket, log string) {
	t.Helper()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}
	defer transport.CloseIdleConnections()
	poll.WaitOn(t, func(poll.LogT) poll.Result {
		name, tag, _ := strings.Cut(conformance.Image, ":")
		r, err := (&http.Client{Transport: transport}).Post(
			"http://engine/images/create?fromSrc=-&repo="+name+"&tag="+tag, "application/x-tar", busyboxTar(t))
		if err != nil {
			said, _ := os.ReadFile(log)
			return poll.Continue("%v; the engine said: %s", err, said)
		}
		defer r.Body.Close()
		assert.Equal(t, r.StatusCode, http.StatusOK)
		_, _ = new(bytes.Buffer).ReadFrom(r.Body)
		return poll.Success()
	}, poll.WithTimeout(time.Minute), poll.WithDelay(100*time.Millisecond))
}

func busyboxTar(t *testing.T) *bytes.Buffer {
	t.Helper()
	path, err := exec.LookPath("busybox")
	assert.NilError(t, err)
	binary, err := os.ReadFile(path)
	assert.NilError(t, err)
	archive := &bytes.Buffer{}
	w := tar.NewWriter(archive)
	assert.NilError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "bin/busybox", Mode: 0o755, Size: int64(len(binary))}))
	_, err = w.Write(binary)
	assert.NilError(t, err)
	for _, applet := range []string{"sh", "sleep", "echo", "cat", "true", "false"} {
		assert.NilError(t, w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: "bin/" + applet, Linkname: "busybox"}))
	}
	assert.NilError(t, w.Close())
	return archive
}
