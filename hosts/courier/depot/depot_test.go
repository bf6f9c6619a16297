package depot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opencontainers/go-digest"
	"go.uber.org/goleak"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/assert/cmp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const limit = time.Minute

// host is one with an engine and a depot.
type host struct {
	*pretended
	engine  engine
	shelf   *shelf
	peers   peers
	address string
	// sent counts the bytes of blobs that its depot gave away.
	sent *meter
}

type meter struct {
	mu    sync.Mutex
	total int64
	asked []string
}

func (m *meter) add(n int64, what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total += n
	m.asked = append(m.asked, what)
}

func (m *meter) read() (total int64, asked string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.total, strings.Join(m.asked, " ")
}

// counting measures what a handler writes, which harm may change before.
type counting struct {
	http.ResponseWriter
	meter *meter
	harm  func([]byte) ([]byte, error)
	what  string
}

func (c counting) Write(b []byte) (int, error) {
	changed, err := c.harm(b)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	n, err := c.ResponseWriter.Write(changed)
	c.meter.add(int64(n), c.what)
	return n, err
}

func sound(b []byte) ([]byte, error) { return b, nil }

// open starts a host whose depot harms the blobs that it gives away.
func open(t *testing.T, identity Identity, blobs bool, harm func([]byte) ([]byte, error)) *host {
	t.Helper()
	h := &host{pretended: &pretended{blobs: blobs, disk: t.TempDir()}, sent: &meter{}}
	h.engine = h.start(t)
	t.Cleanup(h.engine.http.CloseIdleConnections)
	h.openDepot(t, identity, harm)
	return h
}

// reopened is the host with another run's depot, which knows nothing yet.
func (h *host) reopened(t *testing.T, identity Identity) *host {
	t.Helper()
	again := &host{pretended: h.pretended, engine: h.engine, sent: &meter{}}
	again.openDepot(t, identity, sound)
	return again
}

func (h *host) openDepot(t *testing.T, identity Identity, harm func([]byte) ([]byte, error)) {
	t.Helper()
	s, err := newSpool(t.TempDir())
	assert.NilError(t, err)
	nature := Nature{OS: "linux", Arch: "amd64", Blobs: h.blobs, Tells: true}
	h.shelf = &shelf{spool: s, engine: h.engine, nature: nature, store: newStore(h.disk, s)}
	h.peers, err = newPeers(identity, false)
	assert.NilError(t, err)
	t.Cleanup(h.peers.close)
	listener, port, err := listen(t.Context(), identity)
	assert.NilError(t, err)
	h.address = fmt.Sprintf("127.0.0.1:%d", port)
	inner := h.shelf.handler()
	server := &http.Server{ErrorLog: log.New(io.Discard, "", 0), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/blobs/") {
			w = counting{w, h.sent, harm, r.Header.Get("Range")}
		}
		inner.ServeHTTP(w, r)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
}

// pull makes a host fetch an image from others.
func (h *host) pull(t *testing.T, ref string, from ...string) ([]Report, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	var reports []Report
	f := &fetching{
		Fetch: Fetch{ID: 1, Ref: ref, Peers: from}, shelf: h.shelf, peers: h.peers,
		tell: func(r Report) { h.mu.Lock(); defer h.mu.Unlock(); reports = append(reports, r) },
		told: map[digest.Digest]time.Time{},
	}
	err := f.run(ctx)
	h.mu.Lock()
	defer h.mu.Unlock()
	return reports, err
}

func identity(t *testing.T) Identity {
	t.Helper()
	i, err := NewIdentity()
	assert.NilError(t, err)
	return i
}

var (
	base  = strings.Repeat("base ", 100_000)
	first = strings.Repeat("first ", 100_000)
	next  = strings.Repeat("next ", 100_000)
)

// What an engine has of an image isn't sent, whatever the kinds of the engines.
func TestOnlyWhatAHostLacksIsSent(t *testing.T) {
	for _, blobs := range []bool{false, true} {
		t.Run(fmt.Sprintf("blobs=%t", blobs), func(t *testing.T) {
			i := identity(t)
			from, to := open(t, i, false, sound), open(t, i, blobs, sound)
			from.add("shop:1", base, first, next)
			to.add("other:1", base, first)
			reports, err := to.pull(t, "shop:1", from.address)
			assert.NilError(t, err)
			assert.Equal(t, to.bytesOf("shop:1"), base+first+next)
			sent, _ := from.sent.read()
			assert.Check(t, sent < int64(len(next))+4096, "%d bytes", sent)
			assert.Check(t, cmp.Len(to.names(), 2), "no other name is left")
			var existing int
			for _, r := range reports {
				if r.Status == "Already exists" {
					existing++
				}
			}
			assert.Equal(t, existing, 2)
		})
	}
}

// Each host that has got an image gives it away, also when the first one is gone.
func TestAHostThatGotAnImageGivesIt(t *testing.T) {
	i := identity(t)
	first1, second, third := open(t, i, false, sound), open(t, i, true, sound), open(t, i, false, sound)
	first1.add("shop:1", base, first)
	second.add("other:1", base)
	_, err := second.pull(t, "shop:1", first1.address)
	assert.NilError(t, err)
	sent, _ := first1.sent.read()
	_, err = third.pull(t, "shop:1", second.address)
	assert.NilError(t, err)
	assert.Equal(t, third.bytesOf("shop:1"), base+first)
	again, _ := first1.sent.read()
	assert.Equal(t, again, sent, "the first one isn't asked again")
}

// What a host has fetched it gives on, whatever its own engine makes of it.
func TestAHostGivesOnWhatItsEngineHasNotTakenYet(t *testing.T) {
	i := identity(t)
	from, second, third := open(t, i, false, sound), open(t, i, false, sound), open(t, i, false, sound)
	from.add("shop:1", base)
	second.fails = "not yet"
	reports, err := second.pull(t, "shop:1", from.address)
	assert.Error(t, err, "not yet")
	assert.DeepEqual(t, reports[len(reports)-1], Report{ID: 1, Fetched: true})
	_, err = third.pull(t, "shop:1", second.address)
	assert.NilError(t, err)
	assert.Equal(t, third.bytesOf("shop:1"), base)
}

// A transfer that breaks off goes on where it was.
func TestATransferGoesOnWhereItBrokeOff(t *testing.T) {
	var broken atomic.Int64
	i := identity(t)
	from := open(t, i, false, func(b []byte) ([]byte, error) {
		if n := broken.Add(1); len(b) > 1000 && (n == 8 || n == 12) {
			return nil, io.ErrClosedPipe
		}
		return b, nil
	})
	to := open(t, i, false, sound)
	from.add("shop:1", base)
	_, err := to.pull(t, "shop:1", from.address)
	assert.NilError(t, err)
	assert.Equal(t, to.bytesOf("shop:1"), base)
	sent, asked := from.sent.read()
	assert.Check(t, sent < int64(len(base))+200_000, "%d bytes", sent)
	assert.Check(t, cmp.Contains(asked, "bytes="))
}

func flipped(b []byte) ([]byte, error) {
	b = bytes.Clone(b)
	b[len(b)/2] ^= 1
	return b, nil
}

// What was damaged on the way is fetched from another host; where there is none,
// nothing of it is left.
func TestDamageIsNoticed(t *testing.T) {
	i := identity(t)
	bad, good, to := open(t, i, false, flipped), open(t, i, false, sound), open(t, i, false, sound)
	bad.add("shop:1", base)
	_, err := to.pull(t, "shop:1", bad.address)
	assert.ErrorIs(t, err, errCorrupt)
	assert.ErrorContains(t, err, "host at "+bad.address+": blob sha256:")
	assert.Check(t, cmp.Len(to.names(), 0))

	good.add("shop:1", base)
	_, err = to.pull(t, "shop:1", bad.address, good.address)
	assert.NilError(t, err)
	assert.Equal(t, to.bytesOf("shop:1"), base)
}

// The next host is asked where one doesn't answer.
func TestAHostThatIsGoneIsPassedOver(t *testing.T) {
	i := identity(t)
	good, to := open(t, i, false, sound), open(t, i, false, sound)
	good.add("shop:1", base)
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	assert.NilError(t, err)
	assert.NilError(t, gone.Close())
	_, err = to.pull(t, "shop:1", gone.Addr().String(), good.address)
	assert.NilError(t, err)
	_, err = to.pull(t, "shop:2", gone.Addr().String())
	assert.ErrorIs(t, err, errApart)
	assert.Check(t, apart(err, 1))
	_, err = to.pull(t, "shop:2", gone.Addr().String(), good.address)
	assert.ErrorContains(t, err, "no such image")
	assert.Check(t, !apart(err, 2))
}

// An engine that keeps blobs has layers of the same content in other bytes: it
// takes the image without them, says that it isn't whole, and is given the rest.
func TestAnEngineThatHasLayersInOtherBytes(t *testing.T) {
	i := identity(t)
	from, to := open(t, i, false, sound), open(t, i, true, sound)
	from.add("shop:1", base, first)
	to.add("other:1", base)
	for d := range to.content {
		if string(to.content[d]) == base {
			delete(to.content, d)
		}
	}
	_, err := to.pull(t, "shop:1", from.address)
	assert.NilError(t, err)
	assert.Equal(t, to.bytesOf("shop:1"), base+first)
	assert.Equal(t, to.loads, 2)
}

// Somebody prunes the images of the host just when one arrives.
func TestAnImageThatIsPrunedAsItArrives(t *testing.T) {
	i := identity(t)
	from, to := open(t, i, false, sound), open(t, i, false, sound)
	from.add("shop:1", base, first)
	to.add("other:1", base)
	to.prunes = 1
	_, err := to.pull(t, "shop:1", from.address)
	assert.NilError(t, err)
	assert.Equal(t, to.bytesOf("shop:1"), base+first)
	assert.Equal(t, to.loads, 2)
}

// What the host's own engine refuses no other host would change.
func TestAnEngineThatTakesNothing(t *testing.T) {
	i := identity(t)
	from, to := open(t, i, false, sound), open(t, i, false, sound)
	from.add("shop:1", base)
	to.fails = "write /layer: no space left on device"
	_, err := to.pull(t, "shop:1", from.address, from.address)
	assert.Error(t, err, "write /layer: no space left on device")
	assert.Equal(t, to.loads, 1)
	assert.Check(t, !to.has("shop:1"))
}

// Who isn't of the same run learns nothing.
func TestStrangersAreRefused(t *testing.T) {
	h, stranger := open(t, identity(t), false, sound), open(t, identity(t), false, sound)
	h.add("shop:1", base)
	_, err := stranger.pull(t, "shop:1", h.address)
	assert.ErrorContains(t, err, "tls")
	assert.Check(t, cmp.Len(stranger.names(), 0))
}

// A depot lives as long as somebody holds its input and gives signs of life.
func TestADepotEndsWithItsInput(t *testing.T) {
	i := identity(t)
	in, orders := io.Pipe()
	reports, out := io.Pipe()
	ended := make(chan error, 1)
	config := Config{Socket: "/nowhere", Folder: t.TempDir(), Patience: limit}
	go func() { ended <- Run(t.Context(), config, in, out); out.Close() }()
	go func() {
		_ = json.NewEncoder(orders).Encode(Order{Identity: &i})
		_ = json.NewEncoder(orders).Encode(Order{Fetch: &Fetch{ID: 7, Ref: "shop:1"}})
	}()
	lines := json.NewDecoder(reports)
	var opened, done Report
	assert.NilError(t, lines.Decode(&opened))
	assert.Check(t, opened.Port >= Port)
	assert.NilError(t, lines.Decode(&done))
	assert.DeepEqual(t, done, Report{ID: 7, Done: true, Error: "no other host is known"})
	assert.NilError(t, orders.Close())
	assert.NilError(t, <-ended)

	silent, writer := io.Pipe()
	defer writer.Close()
	config.Patience = 10 * time.Millisecond
	assert.ErrorContains(t, Run(t.Context(), config, silent, io.Discard), "nobody gives orders any more")
}
