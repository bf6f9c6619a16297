package docker_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/docker"
)

// inContainer opens an engine that runs in the container box of a stub, which
// carries each command to the inner engine's socket, or has it say something.
func inContainer(t *testing.T, inner, says string) (*docker.Engine, *stub) {
	t.Helper()
	outer := newStub("1.41")
	outer.on("POST /containers/box/exec", http.StatusCreated, `{"Id": "e1"}`)
	outer.answers["POST /exec/e1/start"] = func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
		if says != "" {
			_ = frame(conn, 2, []byte(says))
			return
		}
		carry(t, conn, strings.TrimPrefix(inner, "unix://"))
	}
	return openHost(t, hosts.Host{Name: "laptop-1", Endpoint: hosts.Endpoint{URL: "container://box"}},
		docker.Options{Environment: docker.Environment{Host: serve(t, outer)}}), outer
}

// carry joins a command's streams to a socket: what comes from there, in frames.
func carry(t *testing.T, conn net.Conn, socket string) {
	t.Helper()
	up, err := net.Dial("unix", socket)
	if err != nil {
		t.Error(err)
		return
	}
	defer up.Close()
	go func() {
		_, _ = io.Copy(up, conn)
		_ = up.Close()
	}()
	from, b := bufio.NewReader(up), make([]byte, 100)
	for {
		n, err := from.Read(b)
		if err != nil || frame(conn, 1, b[:n]) != nil {
			return
		}
	}
}

func frame(w io.Writer, stream byte, content []byte) error {
	header := make([]byte, 8)
	header[0] = stream
	binary.BigEndian.PutUint32(header[4:], uint32(len(content)))
	_, err := w.Write(append(header, content...))
	return err
}

func TestEngineInAContainer(t *testing.T) {
	inner := newStub("1.41")
	inner.on("GET /containers/json", http.StatusOK, `[{"Id": "c1", "Names": ["/shop-web-1"], "State": "running"}]`)
	e, outer := inContainer(t, serve(t, inner), "")
	seen, err := e.ObserveContainers(soon(t), hosts.ContainerFilter{})
	assert.NilError(t, err)
	assert.Equal(t, seen.Containers[0].Name, "shop-web-1")
	assert.Equal(t, seen.Host.Address, "", "the name of a container is no address")
	assert.Assert(t, strings.Contains(outer.body("POST /containers/box/exec"), `"Cmd":["docker","system","dial-stdio"]`))
}

func TestPortOfAnEngineInAContainerIsDialledFromWithin(t *testing.T) {
	service := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") }))
	e, outer := inContainer(t, service, "")
	conn, err := e.DialPort(soon(t), hosts.PublishedPort{HostIP: "0.0.0.0", HostPort: 8080})
	assert.NilError(t, err)
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.0\r\n\r\n")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	assert.NilError(t, err)
	content, err := io.ReadAll(answer.Body)
	assert.NilError(t, err)
	assert.Equal(t, string(content), "hello")
	assert.NilError(t, answer.Body.Close())
	assert.Assert(t, strings.Contains(outer.body("POST /containers/box/exec"), `"Cmd":["nc","127.0.0.1","8080"]`))
}

func TestEngineInAContainerThatIsNotReached(t *testing.T) {
	_, err := first(inContainer(t, "", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.\n")).Observe(soon(t))
	assert.ErrorIs(t, err, hosts.ErrUnreachable)
	assert.ErrorContains(t, err, "its engine is not running (see: docker logs box)")

	gone := openHost(t, hosts.Host{Name: "laptop-1", Endpoint: hosts.Endpoint{URL: "container://gone"}},
		docker.Options{Environment: docker.Environment{Host: serve(t, newStub("1.41"))}})
	_, err = gone.Observe(soon(t))
	assert.ErrorIs(t, err, hosts.ErrUnreachable)
	assert.ErrorContains(t, err, "there is no container gone")

	off := openHost(t, hosts.Host{Name: "laptop-1", Endpoint: hosts.Endpoint{URL: "container://box"}},
		docker.Options{Environment: docker.Environment{Host: "unix://" + os.DevNull + "/none"}})
	_, err = off.Observe(soon(t))
	assert.ErrorIs(t, err, hosts.ErrUnreachable)
}

func first(e *docker.Engine, _ *stub) *docker.Engine { return e }
