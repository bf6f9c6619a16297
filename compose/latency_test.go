package compose

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"
)

// What views cost on more hosts: as many requests of each host, and, by a clock
// that only waiting moves, no more time.
func TestViewsTakeAsLongOnMoreHosts(t *testing.T) {
	const latency, replicas = 40 * time.Millisecond, 5
	for _, c := range []struct {
		name string
		view func(context.Context, *Env) error
		// rounds are requests of a host that wait for each other, requests all of them.
		rounds, requests int
	}{
		{"ps", func(ctx context.Context, env *Env) error {
			_, _, err := Ps(ctx, env, "shop", PsOptions{})
			return err
		}, 1, 1},
		{"logs -n 100", func(ctx context.Context, env *Env) error {
			return Logs(ctx, env, "shop", LogsOptions{Tail: "100"}, func(LogRecord) {})
		}, 3, 1 + replicas + 1},
	} {
		for _, count := range []int{3, 8, 32} {
			t.Run(fmt.Sprintf("%s on %d hosts", c.name, count), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					pool := slowPool(count, replicas, latency)
					started := time.Now()
					assert.NilError(t, c.view(t.Context(), new(told).pool(pool...)))
					assert.Equal(t, time.Since(started), time.Duration(c.rounds)*latency)
					for _, h := range pool {
						assert.Equal(t, h.asked, c.requests, h.host.Name)
					}
				})
			})
		}
	}
}

// slowPool are hosts that take a while to answer, with replicas that have written.
func slowPool(count, replicas int, latency time.Duration) []*scripted {
	var pool []*scripted
	for i := range count {
		h := newScripted(fmt.Sprintf("h%d", i))
		h.latency = latency
		for n := range replicas {
			h.write(h.runs("web", i*replicas+n+1), "hello", at(float64(n)))
		}
		pool = append(pool, h)
	}
	return pool
}
