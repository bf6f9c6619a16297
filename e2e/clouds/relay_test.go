//go:build clouds

package clouds

import (
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
)

// relay is a socket of libvirt's that counts calls, and can lose an answer.
type relay struct {
	path, daemon string
	lose         atomic.Bool
	calls        atomic.Int64
}

// uri leads to the relay.
func (r *relay) uri() string { return "qemu:///system?socket=" + r.path }

func newRelay(t *testing.T) *relay {
	t.Helper()
	uri, err := url.Parse(os.Getenv("LIBVIRT_DEFAULT_URI"))
	assert.NilError(t, err)
	folder, err := os.MkdirTemp("", "relay") // a socket's path has to be short
	assert.NilError(t, err)
	t.Cleanup(func() { assert.Check(t, os.RemoveAll(folder)) })
	r := &relay{path: filepath.Join(folder, "socket"), daemon: uri.Query().Get("socket")}
	l, err := net.Listen("unix", r.path)
	assert.NilError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go r.serve(client)
		}
	}()
	return r
}

// loseNextStart cuts the connection when the next domain has been started, in
// place of the answer.
func (r *relay) loseNextStart() { r.lose.Store(true) }

func (r *relay) serve(client net.Conn) {
	defer client.Close()
	daemon, err := net.Dial("unix", r.daemon)
	if err != nil {
		return
	}
	defer daemon.Close()
	var cut atomic.Bool
	go func() {
		defer client.Close()
		_ = eachPacket(daemon, func(packet []byte) error {
			if cut.Load() {
				return io.ErrClosedPipe
			}
			_, err := client.Write(packet)
			return err
		})
	}()
	_ = eachPacket(client, func(packet []byte) error {
		if word(packet, atType) == typeCall {
			r.calls.Add(1)
		}
		if word(packet, atProcedure) == domainCreate && r.lose.CompareAndSwap(true, false) {
			cut.Store(true)
		}
		_, err := daemon.Write(packet)
		return err
	})
}

// eachPacket reads packets, which begin with their length in four bytes.
// https://libvirt.org/kbase/internals/rpc.html
func eachPacket(from io.Reader, each func(packet []byte) error) error {
	for {
		packet := make([]byte, 4)
		if _, err := io.ReadFull(from, packet); err != nil {
			return err
		}
		packet = append(packet, make([]byte, max(4, binary.BigEndian.Uint32(packet))-4)...)
		if _, err := io.ReadFull(from, packet[4:]); err != nil {
			return err
		}
		if err := each(packet); err != nil {
			return err
		}
	}
}

// What is where in a packet, after its length, and the words for it.
const (
	atProcedure  = 12
	domainCreate = 9
	atType       = 16
	typeCall     = 0
)

func word(packet []byte, at int) uint32 {
	if len(packet) < at+4 {
		return ^uint32(0)
	}
	return binary.BigEndian.Uint32(packet[at:])
}
