package compose_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"gotest.tools/v3/assert"
	is "gotest.tools/v3/assert/cmp"

	"github.com/clocker-compose/clocker-compose/compose"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// bare is a pool whose hosts, or some of them, have no engine before they are joined.
type bare struct {
	*shop
	mu     sync.Mutex
	lacks  map[string]bool
	joined []string
}

func newBare(pool []string, lack ...string) *bare {
	b := &bare{shop: newShop(pool...), lacks: map[string]bool{}}
	for _, name := range lack {
		b.lacks[name] = true
	}
	b.Connect = func(h hosts.Host) (compose.Engine, error) { return absentEngine{b.engines[h.Name], b, h.Name}, nil }
	b.JoinHost = func(_ context.Context, h hosts.Host, tell func(string)) error {
		tell("install Docker")
		b.mu.Lock()
		defer b.mu.Unlock()
		b.joined = append(b.joined, h.Name)
		delete(b.lacks, h.Name)
		return nil
	}
	return b
}

// absentEngine doesn't answer what is asked first of a host, as long as it isn't there.
type absentEngine struct {
	compose.Engine
	pool *bare
	name string
}

func (e absentEngine) missing() error {
	e.pool.mu.Lock()
	defer e.pool.mu.Unlock()
	if e.pool.lacks[e.name] {
		return &hosts.Error{Host: e.name, Op: "observe", Err: errors.Join(hosts.ErrUnreachable, hosts.ErrNoEngine)}
	}
	return nil
}

func (e absentEngine) Observe(ctx context.Context) (hosts.Observation, error) {
	if err := e.missing(); err != nil {
		return hosts.Observation{}, err
	}
	return e.Engine.Observe(ctx)
}

func (e absentEngine) ClaimVolume(ctx context.Context, s hosts.VolumeSpec) (hosts.Volume, error) {
	if err := e.missing(); err != nil {
		return hosts.Volume{}, err
	}
	return e.Engine.ClaimVolume(ctx, s)
}

func TestUpMakesHostsOfMachinesWithoutAnEngine(t *testing.T) {
	for _, lack := range [][]string{{"h1", "h2"}, {"h2"}} {
		b, p := newBare([]string{"h1", "h2"}, lack...), loadShop(t, shopFile)
		planned, err := compose.Plan(t.Context(), &b.Env, p, compose.UpOptions{})
		assert.NilError(t, err)
		assert.Equal(t, len(planned.Joins().Steps), len(lack), planned.Text())
		assert.Equal(t, len(b.joined), 0)

		_, err = compose.Up(t.Context(), &b.Env, p, compose.UpOptions{})
		assert.NilError(t, err)
		assert.Equal(t, len(b.joined), len(lack))
		told := b.told()
		assert.Equal(t, told["h2 Host h2"], "Joined")
		assert.Equal(t, told["h1 Container shop-db-1"], "Started")
		assert.Check(t, is.Contains(b.calls("h1"), "ClaimVolume"), "nothing is placed without the project's lock")

		again, err := compose.Up(t.Context(), &b.Env, p, compose.UpOptions{})
		assert.NilError(t, err)
		assert.Assert(t, again.Empty(), again.Text())
		assert.Equal(t, len(b.joined), len(lack))
	}
}

func TestUpGoesOnWithoutAMachineThatCanNotBeJoined(t *testing.T) {
	b, p := newBare([]string{"h1", "h2"}, "h2"), loadShop(t, shopFile)
	b.JoinHost = func(context.Context, hosts.Host, func(string)) error {
		return &hosts.Error{Host: "h2", Op: "disk", Err: errors.New("20 MiB are free"), Hint: "make room there"}
	}
	_, err := compose.Up(t.Context(), &b.Env, p, compose.UpOptions{Yes: true})
	assert.NilError(t, err)
	assert.Check(t, is.Equal(b.warned[0], "host h2: disk: 20 MiB are free (make room there)"))
	assert.Equal(t, b.told()["h1 Container shop-web-1"], "Started")
}
