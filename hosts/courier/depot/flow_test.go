package depot

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

// readable is a host of an engine that keeps blobs where its depot can read them.
func readable(t *testing.T, i Identity) *host {
	t.Helper()
	h := open(t, i, true, sound)
	assert.NilError(t, os.Mkdir(filepath.Join(h.disk, BlobsFolder), 0o700))
	return h.reopened(t, i)
}

// kept are the blobs of a host's spool of at least a size.
func (h *host) kept(t *testing.T, size int64) (names []string) {
	t.Helper()
	files, err := os.ReadDir(h.shelf.folder)
	assert.NilError(t, err)
	for _, f := range files {
		if info, err := f.Info(); err == nil && info.Size() >= size {
			names = append(names, f.Name())
		}
	}
	return names
}

// Layers go to an engine while they come, and others get them from its store.
func TestLayersAreKeptOnceOnly(t *testing.T) {
	i := identity(t)
	from, second, third := open(t, i, false, sound), readable(t, i), readable(t, i)
	from.add("shop:1", base, first, next)
	second.add("other:1", base)
	reports, err := second.pull(t, "shop:1", from.address)
	assert.NilError(t, err)
	assert.Equal(t, second.bytesOf("shop:1"), base+first+next)
	assert.Equal(t, second.loads, 1)
	assert.Check(t, cmp.Len(second.kept(t, int64(len(next))), 0))
	assert.Check(t, cmp.DeepEqual(statuses(reports), map[string]int{"Already exists": 1, "Pull complete": 2}))
	sent, _ := from.sent.read()
	assert.Check(t, sent < int64(len(first)+len(next))+4096, "%d bytes", sent)

	_, err = third.pull(t, "shop:1", second.address)
	assert.NilError(t, err)
	assert.Equal(t, third.bytesOf("shop:1"), base+first+next)
	assert.Equal(t, second.saves, 0)
}

func statuses(reports []Report) map[string]int {
	count := map[string]int{}
	for _, r := range reports {
		if r.Status != "" && r.Status != "Downloading" {
			count[r.Status]++
		}
	}
	return count
}

// An engine misses a layer that was damaged on the way: it is brought again, and
// checked before the engine gets it.
func TestDamageIsNoticedByTheEngine(t *testing.T) {
	var damaged atomic.Bool
	i := identity(t)
	from, to := open(t, i, false, func(b []byte) ([]byte, error) {
		if len(b) > 4096 && damaged.CompareAndSwap(false, true) {
			return flipped(b)
		}
		return b, nil
	}), readable(t, i)
	from.add("shop:1", base, first)
	_, err := to.pull(t, "shop:1", from.address)
	assert.NilError(t, err)
	assert.Equal(t, to.bytesOf("shop:1"), base+first)
	assert.Equal(t, to.loads, 2)
	assert.Check(t, cmp.Len(to.names(), 1), "no other name is left")

	bad, good, third := open(t, i, false, flipped), open(t, i, false, sound), readable(t, i)
	bad.add("shop:1", base)
	_, err = third.pull(t, "shop:1", bad.address)
	assert.ErrorIs(t, err, errCorrupt)
	assert.Check(t, cmp.Len(third.names(), 0))
	good.add("shop:1", base)
	_, err = third.pull(t, "shop:1", bad.address, good.address)
	assert.NilError(t, err)
	assert.Equal(t, third.bytesOf("shop:1"), base)
}

// What breaks off on its way to an engine goes on where it was, from another host.
func TestAFlowGoesOnWhereItBrokeOff(t *testing.T) {
	var pieces atomic.Int64
	i := identity(t)
	breaking := open(t, i, false, func(b []byte) ([]byte, error) {
		if len(b) > 1000 && pieces.Add(1) == 8 {
			return nil, io.ErrClosedPipe
		}
		return b, nil
	})
	from, to := open(t, i, false, sound), readable(t, i)
	breaking.add("shop:1", base)
	from.add("shop:1", base)
	_, err := to.pull(t, "shop:1", breaking.address, from.address)
	assert.NilError(t, err)
	assert.Equal(t, to.bytesOf("shop:1"), base)
	assert.Equal(t, to.loads, 1)
	rest, asked := from.sent.read()
	assert.Check(t, rest < int64(len(base)) && asked != "", fmt.Sprint(rest, asked))
}

// An engine that takes nothing is asked once more, in the other way, and no other
// host is.
func TestAFlowThatAnEngineRefuses(t *testing.T) {
	i := identity(t)
	from, to := open(t, i, false, sound), readable(t, i)
	from.add("shop:1", base)
	to.fails = "no"
	_, err := to.pull(t, "shop:1", from.address, from.address)
	assert.Error(t, err, "no")
	assert.Equal(t, to.loads, 2)
	assert.Check(t, cmp.Len(to.names(), 0))
}
