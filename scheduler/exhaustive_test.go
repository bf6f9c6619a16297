package scheduler

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// TestAgainstExhaustiveSearch makes small projects that barely fit, if at all,
// and tries all placements of those that are refused: fewer than one in a
// thousand may turn out to have one.
func TestAgainstExhaustiveSearch(t *testing.T) {
	const projects = 3000
	random := rand.New(rand.NewPCG(1, 2))
	placeable, refused := 0, 0
	for range projects {
		pool, all := tightProject(random)
		_, err := Place(all, pool)
		switch {
		case err == nil:
			placeable++
		case couldFit(all, pool) && search(all, pool):
			placeable++
			refused++
		}
	}
	t.Logf("%d of %d placeable projects were refused", refused, placeable)
	assert.Assert(t, placeable > projects/4)
	assert.Assert(t, refused*1000 < placeable, "%d of %d placeable projects were refused", refused, placeable)
}

// tightProject is up to 4 hosts of 8 GiB and 4 CPUs, and up to 8 replicas whose
// needs come near to that in sum.
func tightProject(random *rand.Rand) ([]Candidate, []Task) {
	var pool []Candidate
	for i := range 2 + random.IntN(3) {
		disk := []string{"ssd", "hdd"}[random.IntN(2)]
		gpus := hosts.Devices{"gpu": random.Int64N(4) - 1}
		pool = append(pool, host(fmt.Sprintf("h%d", i), labelled(map[string]string{"disk": disk}), having(gpus, nil)))
	}
	var all []Task
	for s := range 2 + random.IntN(3) {
		edits := []func(*Task){needing(random.Int64N(4)*1e9, (1+random.Int64N(5))*gib)}
		if random.IntN(4) == 0 {
			edits = append(edits, publishing(tcp("", 80)))
		}
		if random.IntN(4) == 0 {
			edits = append(edits, constrained("node.labels.disk==ssd"))
		}
		if random.IntN(5) == 0 {
			edits = append(edits, with("affinity", "not same"))
		}
		if random.IntN(5) == 0 {
			edits = append(edits, reservingDevices(hosts.Devices{"gpu": 1}))
		}
		all = append(all, tasks(fmt.Sprintf("s%d", s), 1+random.IntN(3), edits...)...)
	}
	return pool, all[:min(len(all), 8)]
}

// couldFit tells whether the sum of needs is no more than there is.
func couldFit(all []Task, pool []Candidate) bool {
	var need, have hosts.Resources
	for _, t := range all {
		need = need.Add(t.Needs)
	}
	for _, c := range pool {
		have = have.Add(c.Host.Capacity)
	}
	return need.MemoryBytes <= have.MemoryBytes && need.NanoCPUs <= have.NanoCPUs
}

// search tries every host for every replica.
func search(all []Task, pool []Candidate) bool {
	if len(all) == 0 {
		return true
	}
	t := all[0]
	names, _, err := Eligible(t, pool)
	if err != nil {
		return false
	}
	for _, name := range names {
		if search(all[1:], with1(pool, name, t)) {
			return true
		}
	}
	return false
}

// with1 is the pool with a task on one of its hosts.
func with1(pool []Candidate, name string, t Task) []Candidate {
	out := append([]Candidate(nil), pool...)
	for i := range out {
		if out[i].Host.Name != name {
			continue
		}
		c := &out[i]
		c.Containers++
		c.Reserved, c.Devices = c.Reserved.Add(t.Needs), c.Devices.Add(t.Devices)
		c.Ports = append(c.Ports[:len(c.Ports):len(c.Ports)], t.Ports...)
		counts := map[string]int{serviceKey(&t): 1}
		for key, n := range c.Replicas {
			counts[key] += n
		}
		c.Replicas = counts
	}
	return out
}
