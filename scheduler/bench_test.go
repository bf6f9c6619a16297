package scheduler

import (
	"fmt"
	"testing"

	"gotest.tools/v3/assert"
)

// BenchmarkPlace places replicas of services of 20 each. Every other host
// meets the constraint, so each decision carries half of the pool as refusals.
func BenchmarkPlace(b *testing.B) {
	for _, size := range []struct{ replicas, hosts int }{{1_000, 100}, {10_000, 100}, {10_000, 1_000}} {
		pool := benchPool(size.hosts)
		for name, edits := range map[string][]func(*Task){
			"spread":      {needing(1e7, 1<<20)},
			"constrained": {needing(1e7, 1<<20), constrained("node.labels.disk==ssd")},
			"random":      {by("random")},
		} {
			all := benchTasks(size.replicas, edits)
			b.Run(fmt.Sprintf("%s/%d-on-%d", name, size.replicas, size.hosts), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, err := Place(all, pool)
					assert.NilError(b, err)
				}
			})
		}
	}
}

// BenchmarkConverged places again what runs already.
func BenchmarkConverged(b *testing.B) {
	pool := benchPool(1_000)
	decisions, err := Place(benchTasks(10_000, nil), pool)
	assert.NilError(b, err)
	var running []Task
	for _, d := range decisions {
		d.Task.Current = d.Host
		running = append(running, d.Task)
	}
	b.ReportAllocs()
	for b.Loop() {
		_, err := Place(running, pool)
		assert.NilError(b, err)
	}
}

func benchPool(n int) []Candidate {
	var pool []Candidate
	for i := range n {
		disk := []string{"ssd", "hdd"}[i%2]
		pool = append(pool, host(fmt.Sprintf("h%04d", i), labels(map[string]string{"disk": disk})))
	}
	return pool
}

func benchTasks(n int, edits []func(*Task)) []Task {
	var all []Task
	for s := 0; len(all) < n; s++ {
		all = append(all, tasks(fmt.Sprintf("service%04d", s), 20, edits...)...)
	}
	return all
}
