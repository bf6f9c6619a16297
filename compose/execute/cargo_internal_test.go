package execute

import (
	"context"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

func newCargo(first holder) *cargo {
	return &cargo{holders: []holder{first}, changed: make(chan struct{})}
}

func taken(t *testing.T, c *cargo, here bool) way {
	t.Helper()
	w, ok := c.free(here)
	assert.Assert(t, ok)
	return w
}

// Whoever has got an image gives it on: a tree, no star.
func TestACargoSpreadsAsATree(t *testing.T) {
	c := newCargo(holder{host: "h1", offers: true})
	a, b := taken(t, c, false), taken(t, c, false)
	assert.DeepEqual(t, a.from, []string{"h1"})
	_, ok := c.free(false)
	assert.Assert(t, !ok, "h1 gives it to two already")
	c.arrived(holder{host: "h2", offers: true})
	a.leave()
	third := taken(t, c, false)
	assert.DeepEqual(t, third.from, []string{"h2", "h1"}) // h2 has given least
	b.leave()
	assert.DeepEqual(t, taken(t, c, false).from, []string{"h1", "h2"})
}

// Where nobody can give it to others, one copy passes through this machine, and
// the others wait for the host that got that.
func TestOneCopyPassesThroughThisMachine(t *testing.T) {
	c := newCargo(holder{host: "laptop"})
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
	c.arrived(holder{host: "h2", offers: true})
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
