package depot

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
)

// bridge leads to a depot by one connection through pipes, as through who holds
// the streams of two commands, and returns where it begins.
func bridge(t *testing.T, to string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(to)
	assert.NilError(t, err)
	asked, asking := io.Pipe()
	answered, answering := io.Pipe()
	ctx, stop := context.WithCancel(t.Context())
	var work sync.WaitGroup
	work.Go(func() { _ = Await(ctx, answered, asking); asking.Close() })
	lines := bufio.NewReader(asked)
	first, err := lines.ReadString('\n')
	assert.NilError(t, err)
	work.Go(func() { _ = Reach(ctx, port, lines, answering); answering.Close() })
	t.Cleanup(func() { stop(); asked.Close(); answered.Close(); work.Wait() })
	return "127.0.0.1:" + strings.TrimSpace(first)
}

// Hosts that don't reach each other get no more through their user than they lack.
func TestOnlyWhatAHostLacksIsSentThroughTheUser(t *testing.T) {
	i := identity(t)
	from, to := open(t, i, false, sound), open(t, i, true, sound)
	from.add("shop:1", base, first, next)
	to.add("other:1", base)
	single, err := newPeers(i, true)
	assert.NilError(t, err)
	t.Cleanup(single.close)
	to.peers = single
	_, err = to.pull(t, "shop:1", bridge(t, from.address))
	assert.NilError(t, err)
	assert.Equal(t, to.bytesOf("shop:1"), base+first+next)
	sent, _ := from.sent.read()
	assert.Check(t, sent < int64(len(first)+len(next))+4096, "%d bytes", sent)
}
