package gauge

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"testing/synctest"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

const meminfo = "MemTotal:        8000000 kB\nMemFree:          100000 kB\nMemAvailable:    6000000 kB\n"

func proc(stat string) fstest.MapFS {
	return fstest.MapFS{"stat": {Data: []byte(stat)}, "meminfo": {Data: []byte(meminfo)}}
}

func disk() (hosts.Disk, error) { return hosts.Disk{TotalBytes: 50e9, FreeBytes: 20e9}, nil }

func TestReadings(t *testing.T) {
	machine, out := proc("cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 1 2 3 4\n"), &bytes.Buffer{}
	g, start := gauge{proc: machine, disk: disk, out: out}, time.Unix(1000, 0)
	assert.NilError(t, g.look(start))
	// 200 more, half of them busy, a quarter waiting for disks.
	machine["stat"].Data = []byte("cpu  150 0 150 850 50 0 0 0 0 0\n")
	assert.NilError(t, g.read(start.Add(time.Second)))
	assert.DeepEqual(t, readings(t, out), []hosts.Reading{
		{Time: time.Unix(1001, 0).UTC(), CPU: 0.5, WindowSeconds: 1, MemoryBytes: 2_000_000 * 1024, Disk: hosts.Disk{TotalBytes: 50e9, FreeBytes: 20e9}},
	})
}

func TestTheFirstReadingComesSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		ctx, stop := context.WithTimeout(t.Context(), first+2*Interval+time.Second)
		defer stop()
		began := time.Now()
		assert.NilError(t, Run(ctx, proc("cpu 1 1 1 1\n"), disk, &out))
		var after []time.Duration
		for _, r := range readings(t, &out) {
			after = append(after, r.Time.Sub(began))
		}
		assert.DeepEqual(t, after, []time.Duration{first, first + Interval, first + 2*Interval})
	})
}

func readings(t *testing.T, out *bytes.Buffer) []hosts.Reading {
	t.Helper()
	var all []hosts.Reading
	for line := range strings.Lines(out.String()) {
		var r hosts.Reading
		assert.NilError(t, json.Unmarshal([]byte(line), &r))
		all = append(all, r)
	}
	return all
}

func TestWindowIsBounded(t *testing.T) {
	g := gauge{proc: proc("cpu 0 0 0 0\n"), out: &bytes.Buffer{}}
	start := time.Unix(0, 0)
	for i := range 100 {
		assert.NilError(t, g.look(start.Add(time.Duration(i)*Interval)))
	}
	span := g.seen[len(g.seen)-1].at.Sub(g.seen[0].at)
	assert.Assert(t, span >= Window && span <= Window+2*Interval, "%s", span)
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		name, then, now string
		want            float64
	}{
		{"idle", "cpu 1 1 1 100", "cpu 1 1 1 200", 0},
		{"busy", "cpu 1 1 1 100", "cpu 101 1 1 100", 1},
		{"guests count once", "cpu 0 0 0 0 0 0 0 0 0 0", "cpu 50 0 0 50 0 0 0 0 50 0", 0.5},
		{"stolen time isn't idle", "cpu 0 0 0 0 0 0 0 0", "cpu 0 0 0 75 0 0 0 25", 0.25},
		{"no time has passed", "cpu 1 1 1 1", "cpu 1 1 1 1", 0},
		{"the counters began again", "cpu 9 9 9 9", "cpu 1 1 1 1", 0},
	} {
		then, err := parseTicks([]byte(test.then))
		assert.NilError(t, err)
		now, err := parseTicks([]byte(test.now + "\nintr 5\n"))
		assert.NilError(t, err)
		assert.Equal(t, now.since(then), test.want, test.name)
	}
}

func TestStrangeMachines(t *testing.T) {
	for _, stat := range []string{"", "cpu", "cpu0 1 2 3 4", "cpu 1 2 3", "cpu a b c d"} {
		_, err := parseTicks([]byte(stat))
		assert.ErrorContains(t, err, "measure CPUs", "%q", stat)
	}
	_, err := usedMemory([]byte("MemTotal: 5 kB\n"))
	assert.Error(t, err, "measure memory: /proc/meminfo has no MemAvailable")
	err = Run(t.Context(), fstest.MapFS{}, disk, &bytes.Buffer{})
	assert.ErrorContains(t, err, "measure CPUs: open stat")
}

func TestThisMachine(t *testing.T) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		t.Skip(err)
	}
	_, err = parseTicks(text)
	assert.NilError(t, err)
}
