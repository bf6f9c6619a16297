//go:build e2e

package e2e

import (
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
)

// toll is a way to an engine that counts what is sent there.
type toll struct {
	sent   atomic.Int64
	socket string
}

func tollTo(t *testing.T, h Host) *toll {
	t.Helper()
	folder, err := os.MkdirTemp("", "toll") // sockets have short names
	assert.NilError(t, err)
	w := &toll{socket: filepath.Join(folder, "engine.sock")}
	listener, err := net.Listen("unix", w.socket)
	assert.NilError(t, err)
	t.Cleanup(func() {
		_ = listener.Close()
		_ = os.RemoveAll(folder)
	})
	go func() {
		for {
			from, err := listener.Accept()
			if err != nil {
				return
			}
			go w.carry(from, strings.TrimPrefix(h.Socket(), "unix://"))
		}
	}()
	return w
}

func (w *toll) carry(from net.Conn, socket string) {
	defer from.Close()
	to, err := net.Dial("unix", socket)
	if err != nil {
		return
	}
	defer to.Close()
	go func() {
		_, _ = io.Copy(from, to)
		_ = from.Close()
	}()
	_, _ = io.Copy(to, io.TeeReader(from, counter{&w.sent}))
}

type counter struct{ to *atomic.Int64 }

func (c counter) Write(p []byte) (int, error) {
	c.to.Add(int64(len(p)))
	return len(p), nil
}

// A rebuild sends the content of what has changed alone: of thousands of files,
// one. Of all others it sends the name, the size and the time.
func TestARebuildSendsWhatHasChanged(t *testing.T) {
	const files, size = 5_000, 2 << 10
	folder := t.TempDir()
	for i := range files {
		writeRandom(t, filepath.Join(folder, fmt.Sprintf("src/%03d/%05d", i/100, i)), size)
	}
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := l.OnOneHost(t, l.Host(1), "services: {web: {build: {context: "+folder+", dockerfile_inline: \"FROM scratch\\nCOPY . /\"}}}\n")
		way := tollTo(t, l.Host(1))
		p.environment = append(p.environment, "DOCKER_HOST=unix://"+way.socket)
		build := func() int64 {
			before := way.sent.Load()
			p.Do(t, "build")
			return way.sent.Load() - before
		}
		first := build()
		same := build()
		writeRandom(t, filepath.Join(folder, "src/020/02000"), size)
		changed := build()
		t.Logf("sent at first %d bytes, for the same %d, for one changed file %d", first, same, changed)
		assert.Assert(t, first > files*size, "all content is sent at first: %d", first)
		assert.Assert(t, changed-same < 4*size, "%d bytes more than for the same", changed-same)
		assert.Assert(t, changed < first/5, "%d of %d bytes", changed, first)
	})
}

func writeRandom(t *testing.T, path string, size int) {
	t.Helper()
	content := make([]byte, size/2)
	_, err := rand.Read(content)
	assert.NilError(t, err)
	assert.NilError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	assert.NilError(t, os.WriteFile(path, []byte(fmt.Sprintf("%x", content)), 0o644))
}
