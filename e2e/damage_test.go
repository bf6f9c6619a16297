//go:build e2e

package e2e

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"
)

// flipper passes connections on, and turns one bit of what comes back, once.
type flipper struct {
	net.Listener
	to string
	// after is how many bytes of a connection come first.
	after   int64
	flipped atomic.Bool
}

func (f *flipper) serve() {
	for {
		conn, err := f.Accept()
		if err != nil {
			return
		}
		go f.pass(conn)
	}
}

func (f *flipper) pass(conn net.Conn) {
	defer conn.Close()
	there, err := net.Dial("tcp", f.to)
	if err != nil {
		return
	}
	defer there.Close()
	go func() { _, _ = io.Copy(there, conn); there.Close() }()
	if _, err = io.CopyN(conn, there, f.after); err != nil {
		return
	}
	one := make([]byte, 1)
	if _, err = io.ReadFull(there, one); err != nil {
		return
	}
	if f.flipped.CompareAndSwap(false, true) {
		one[0] ^= 0x10
	}
	if _, err = conn.Write(one); err == nil {
		_, _ = io.Copy(conn, there)
	}
}

// between makes a host reach another's courier through this machine, where a bit is turned on its way.
func between(t *testing.T, to, from Host) *flipper {
	t.Helper()
	network, err := os.ReadFile(from.lab.state("net"))
	assert.NilError(t, err)
	listener, err := net.Listen("tcp", strings.TrimSpace(string(network))+".254:0")
	assert.NilError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	f := &flipper{Listener: listener, to: from.Address(t) + ":6785", after: 3 << 20}
	go f.serve()
	rule := fmt.Sprintf("OUTPUT -t nat -p tcp -d %s --dport 6785 -j DNAT --to-destination %s", from.Address(t), listener.Addr())
	_, err = to.Run("sh", "-c", "iptables -I "+rule)
	assert.NilError(t, err)
	t.Cleanup(func() { _, _ = to.Run("sh", "-c", "iptables -D "+rule) })
	return f
}

// A layer that is damaged on its way is fetched again.
func TestALayerThatIsDamagedOnItsWay(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := layered(t, l)
		p.Do(t, "build")
		source := l.holder(t, p.Name+"-web")
		var flips []*flipper
		for _, h := range l.Hosts() {
			if h != source {
				flips = append(flips, between(t, h, source))
			}
		}
		p.Do(t, "up", "-d")
		assert.Check(t, flips[0].flipped.Load() || flips[1].flipped.Load(), "nothing was damaged")
		assert.Equal(t, len(p.sums(t)), 1)
		p.noCouriers(t, l)
		p.Do(t, "down", "-v", "--rmi", "all")
	})
}

// A layer that is damaged on the disk of the host that has it arrives nowhere under its name.
func TestALayerThatIsDamagedWhereItComesFrom(t *testing.T) {
	onThreeHosts(t, func(t *testing.T, l *Lab) {
		p := layered(t, l)
		p.Do(t, "build")
		source := l.holder(t, p.Name+"-web")
		source.damage(t)
		failed := p.Try(t, "up", "-d")
		// The engine notices by itself and breaks off, or gives what isn't what it is said to be.
		assert.Check(t, failed.Code != 0 && strings.Contains(failed.Stderr, "damaged"), failed.Stderr)
		for _, h := range l.Hosts() {
			if h != source {
				assert.Check(t, is.Equal(h.Docker(t, "images", "-q", p.Name+"-web"), ""))
			}
		}
		p.noCouriers(t, l)
		p.Try(t, "down", "-v", "--rmi", "all")
	})
}

// holder is the host that has an image.
func (l *Lab) holder(t *testing.T, image string) Host {
	t.Helper()
	for _, h := range l.Hosts() {
		if h.Docker(t, "images", "-q", image) != "" {
			return h
		}
	}
	t.Fatalf("no host has %s", image)
	return Host{}
}

// damage changes some bytes of the newest layer of 24 MB that the engine keeps.
func (h Host) damage(t *testing.T) {
	t.Helper()
	data := h.lab.state("hosts/" + h.name + "/data")
	folders := filepath.Join(data, "overlay2") + " " + filepath.Join(data, "containerd/daemon/io.containerd.content.v1.content/blobs")
	out, err := h.Run("sh", "-c", `file=$(find `+folders+` -xdev -type f -size +23000k -size -24000k -printf '%T@ %p\n' 2>/dev/null | sort -n | tail -1 | cut -d' ' -f2) && chmod u+w "$file" && printf DAMAGED | dd of="$file" bs=1 seek=5000000 conv=notrunc && echo "$file"`)
	assert.NilError(t, err)
	assert.Assert(t, strings.Contains(out, data), out)
}
