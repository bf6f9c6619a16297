package scheduler

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// benchReplicas is how many replicas a service of a benchmark has.
const benchReplicas = 50

// BenchmarkPlace places services of 50 replicas that reserve CPUs and memory;
// every tenth service publishes a host port. CPU is what all threads took, the
// collector's included; hosts are in ten zones.
func BenchmarkPlace(b *testing.B) {
	for _, size := range []struct{ replicas, hosts int }{
		{1_000, 100}, {10_000, 1_000}, {10_000, 5_000}, {100_000, 1_000}, {100_000, 10_000}, {1_000_000, 10_000},
	} {
		pool := benchPool(size.hosts)
		for _, kind := range []string{"plain", "zones", "affinity", "constraint", "when"} {
			b.Run(fmt.Sprintf("%d-on-%d/%s", size.replicas, size.hosts, kind), func(b *testing.B) {
				all := benchTasks(size.replicas, kind)
				b.ReportAllocs()
				began := cpuTime(b)
				for b.Loop() {
					_, err := Place(all, pool)
					assert.NilError(b, err)
				}
				b.ReportMetric(float64((cpuTime(b)-began).Milliseconds())/float64(b.N), "cpu-ms/op")
			})
		}
	}
}

// BenchmarkConverged places again what runs already.
func BenchmarkConverged(b *testing.B) {
	pool := benchPool(1_000)
	decisions, err := Place(benchTasks(10_000, "plain"), pool)
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

// BenchmarkNoRoom asks for twice of what there is room for.
func BenchmarkNoRoom(b *testing.B) {
	pool, all := benchPool(1_000), benchTasks(2_000, "plain")
	for i := range all {
		all[i].Needs = hosts.Resources{NanoCPUs: 64e9}
	}
	b.ReportAllocs()
	for b.Loop() {
		_, err := Place(all, pool)
		var unplaceable *Unplaceable
		assert.Assert(b, errors.As(err, &unplaceable))
	}
}

func benchPool(n int) []Candidate {
	var pool []Candidate
	for i := range n {
		c := host(fmt.Sprintf("h%05d", i), labelled(map[string]string{
			"disk": []string{"ssd", "hdd"}[i%2], "zone": fmt.Sprint(i % 10),
		}))
		c.Host.Capacity = hosts.Resources{NanoCPUs: 64e9, MemoryBytes: 256 * gib}
		pool = append(pool, c)
	}
	return pool
}

func benchTasks(n int, kind string) []Task {
	edit := map[string]func(*Task){
		"plain":      func(*Task) {},
		"zones":      with("spread", "node.labels.zone"),
		"affinity":   with("affinity", []any{"not service service00001", "prefer not service service00002"}),
		"constraint": constrained("node.labels.disk==ssd"),
		"when":       with("when", `host.labels.disk == "ssd" && host.free.memory > 4 * GiB`, "prefer", "host.free.cpus"),
	}[kind]
	var all []Task
	for s := 0; len(all) < n; s++ {
		one := task(fmt.Sprintf("service%05d", s), 0, edit, needing(1e8, 256<<20))
		if s%10 == 0 {
			one.Ports = []hosts.PublishedPort{tcp("", uint16(1024+s%60_000))}
		}
		for i := range min(benchReplicas, n-len(all)) {
			one.Number, one.Name = i+1, fmt.Sprintf("%s-%d", one.Service, i+1)
			all = append(all, one)
		}
	}
	return all
}

// cpuTime is what the process used of all CPUs since it began.
func cpuTime(tb testing.TB) time.Duration {
	var use syscall.Rusage
	assert.NilError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &use))
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}
