//go:build e2e

package e2e

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"
)

// tick is the unit in which the kernel tells what processes have used.
const tick = time.Second / 100

// process is one as the kernel lists it.
type process struct {
	parent int
	// used is its own and that of its children that are gone.
	used time.Duration
	// names is the process name space that it is in.
	names string
}

// used is what all processes of the lab's hosts have used of the processors, those that have ended too: whose parent
// has what they used.
func (l *Lab) used(t *testing.T) (sum time.Duration) {
	t.Helper()
	first := map[int]bool{}
	names := map[string]bool{}
	files, err := filepath.Glob(l.state("run/h*.pid"))
	assert.NilError(t, err)
	for _, f := range files {
		text, err := os.ReadFile(f)
		assert.NilError(t, err)
		pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
		assert.NilError(t, err)
		first[pid] = true
		space, err := os.Readlink(filepath.Join("/proc", strconv.Itoa(pid), "ns/pid"))
		assert.NilError(t, err)
		names[space] = true
	}
	all := processes(t)
	for pid, p := range all {
		for at := pid; at != 0; at = all[at].parent {
			if first[at] || names[all[at].names] {
				sum += p.used
				break
			}
		}
	}
	return sum
}

func processes(t *testing.T) map[int]process {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	assert.NilError(t, err)
	all := map[int]process{}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue // it has ended
		}
		names, _ := os.Readlink(filepath.Join("/proc", e.Name(), "ns/pid"))
		all[pid] = parsed(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), names)
	}
	return all
}

// parsed reads what follows a process's name in its line.
func parsed(line, names string) process {
	fields := strings.Fields(line)
	number := func(n int) int { v, _ := strconv.Atoi(fields[n]); return v }
	return process{parent: number(1), used: time.Duration(number(11)+number(12)+number(13)+number(14)) * tick, names: names}
}
