package execute

import (
	"context"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// newCargo is one that the first host has; all others than the laptop offer it on.
func newCargo(first string) *cargo {
	offer := func(_ context.Context, host string) bool { return host != "laptop" }
	return &cargo{holders: []holder{{host: first}}, changed: make(chan struct{}), offer: offer}
}

func taken(t *testing.T, c *cargo, here bool) way {
	t.Helper()
	c.ask(t.Context())
	w, ok := c.free(here)
	assert.Assert(t, ok)
	return w
}

// Whoever has got an image gives it on: a tree, no star.
func TestACargoSpreadsAsATree(t *testing.T) {
	c := newCargo("h1")
	a, b := taken(t, c, false), taken(t, c, false)
	assert.DeepEqual(t, a.from, []string{"h1"})
	_, ok := c.free(false)
	assert.Assert(t, !ok, "h1 gives it to two already")
	c.arrived("h2")
	c.arrived("h2")
	assert.DeepEqual(t, c.others("h1"), []string{"h2"})
	a.leave()
	a.leave()
	third := taken(t, c, false)
	assert.DeepEqual(t, third.from, []string{"h2", "h1"}) // h2 has given least
	b.leave()
	assert.DeepEqual(t, taken(t, c, false).from, []string{"h1", "h2"})
}

// Where nobody can give it to others, one copy passes through this machine, and
// the others wait for the host that got that.
func TestOneCopyPassesThroughThisMachine(t *testing.T) {
	c := newCargo("laptop")
	w := taken(t, c, false)
	assert.Assert(t, w.here)
	got := make(chan way, 1)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go func() {
		w, err := c.take(ctx, false)
		assert.Check(t, err)
		got <- w
	}()
	c.arrived("h2")
	w.leave()
	next := <-got
	assert.Check(t, !next.here)
	assert.DeepEqual(t, next.from, []string{"h2", "laptop"})

	w = taken(t, c, true)
	assert.Check(t, w.here, "the caller has found out that h2 isn't reached")
	ended, stop := context.WithCancel(t.Context())
	stop()
	_, err := c.take(ended, true)
	assert.ErrorIs(t, err, context.Canceled)
}
