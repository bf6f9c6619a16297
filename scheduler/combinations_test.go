package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// TestCombinations: what several rules decide together.
func TestCombinations(t *testing.T) {
	zone := func(z string) func(*Candidate) { return labelled(map[string]string{"zone": z}) }
	used := func(cpu float64) func(*Candidate) { return usedOver(cpu, time.Second, 0) }
	four := []Candidate{host("h1", zone("a")), host("h2", zone("a")), host("h3", zone("b")), host("h4", zone("b"))}
	for _, c := range []struct {
		name    string
		tasks   []Task
		pool    []Candidate
		want    string
		refused []string // of the last task
	}{
		{
			"a zone, and depth up to a bound", tasks("web", 3, with("zone", "a", "max-containers", 2, "depth-first", nil)), four,
			"web-1@h1 web-2@h1 web-3@h2",
			[]string{"h1 is full (at most 2 containers)", "h3 has zone=b (need zone=a)", "h4 has zone=b (need zone=a)"},
		},
		{
			"an even spread over what a regular expression leaves", tasks("web", 4, with("hostname", "h[134]", "spread", "zone")), four,
			"web-1@h1 web-2@h3 web-3@h4 web-4@h1",
			[]string{"h2 isn't called h[134]"},
		},
		{
			"what is busy is avoided, then the emptiest", tasks("web", 2, with("max-cpu", 0.8, "least-containers", nil)),
			[]Candidate{host("h1", used(0.9)), host("h2", used(0.1), containers(2)), host("h3", used(0.7))},
			"web-1@h3 web-2@h3",
			[]string{"h1 uses 90% of its CPUs (at most 80%, measured 1s ago)"},
		},
		{
			"ties of what is measured are broken by an expression",
			tasks("web", 2, with("lowest-cpu", nil, "prefer", "host.capacity.memory")),
			[]Candidate{host("h1", used(0.1)), host("h2", used(0.1), func(c *Candidate) { c.Host.Capacity.MemoryBytes *= 2 })},
			"web-1@h2 web-2@h2", nil,
		},
		{
			"apart from its own, and evenly over zones", tasks("web", 4, with("affinity", "not same", "spread", "zone")), four,
			"web-1@h1 web-2@h3 web-3@h2 web-4@h4",
			[]string{"h1 has web already", "h2 has web already", "h3 has web already"},
		},
		{
			"a wish goes before an order, and behind a filter", tasks("web", 2, with("affinity", "prefer service db", "when", "host.containers < 3", "least-containers", nil)),
			[]Candidate{host("h1"), host("h2", replicas("db", 1), containers(2))},
			"web-1@h2 web-2@h1",
			[]string{"h2 doesn't meet `host.containers < 3`"},
		},
		{
			"alone on a host with the label", tasks("db", 2, with("exclusive", nil, "labels", map[string]any{"zone": "b"})),
			append(slices.Clone(four), host("h5", zone("b"), containers(1))),
			"db-1@h3 db-2@h4",
			[]string{"h1 has zone=a (need zone=b)", "h2 has zone=a (need zone=b)", "h5 has 1 other container"},
		},
		{
			"next to a service that is placed after it by name, where a port is free",
			append(tasks("api", 1, with("affinity", "service db"), publishing(tcp("", 80))), tasks("db", 2, with("spread", "zone"))...),
			[]Candidate{host("h1", zone("a"), holding(tcp("", 80))), host("h2", zone("b"))},
			"api-1@h2 db-1@h1 db-2@h2", nil,
		},
		{
			"constraints, a limit and a reservation", tasks("web", 3, constrained("node.labels.zone!=b"), atMost(2), needing(2e9, 0)),
			[]Candidate{host("h1", zone("a"), reserving(1e9, 0)), host("h2", zone("a")), host("h3", zone("b"))},
			"web-1@h1 web-2@h2 web-3@h2",
			[]string{"h1 lacks CPUs (need 2, 1 free)", "h3 doesn't meet node.labels.zone!=b"},
		},
		{
			"a group that keeps away from another", slices.Concat(
				tasks("app", 1, grouped("a"), with("affinity", "not service cache")), tasks("log", 1, grouped("a")), tasks("cache", 2, with("depth-first", nil)),
			), four[:2],
			"app-1@h1 cache-1@h2 cache-2@h2 log-1@h1", nil,
		},
		{
			"random among what memory leaves", tasks("web", 2, with("max-memory", 0.5, "random", nil)),
			[]Candidate{host("h1"), host("h2", func(c *Candidate) { c.Host.Use = &hosts.Use{MemoryBytes: gib, Age: time.Second} })},
			"web-1@h2 web-2@h2",
			[]string{"h1 has no measured use of memory"},
		},
		{
			"two spreads and a wish", tasks("web", 3, with("spread", "zone", "spread", "node.hostname", "affinity", "prefer not service db")),
			[]Candidate{host("h1", zone("a"), replicas("db", 1)), host("h2", zone("a")), host("h3", zone("b"))},
			"web-1@h2 web-2@h3 web-3@h3", nil,
		},
		{
			"a program's word, and depth", tasks("web", 2, with("exec", &Verdicts{Program: "p", Services: map[string]map[string]Verdict{"web": {
				"h1": {Score: 1}, "h2": {Score: 1}, "h3": {Refuse: "too far"},
			}}}, "depth-first", nil)),
			[]Candidate{host("h1"), host("h2", containers(1)), host("h3", containers(2))},
			"web-1@h2 web-2@h2",
			[]string{"h3 is refused by p (too far)"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			decisions, err := Place(c.tasks, c.pool)
			assert.NilError(t, err)
			assert.Equal(t, chosen(decisions), c.want)
			assert.DeepEqual(t, refusals(decisions[len(decisions)-1]), c.refused)
		})
	}
}

// valued is each strategy with a value for the pool of every pair.
func valued() map[string]any {
	return map[string]any{
		"affinity": []any{"not service db", "prefer service cache"}, "breadth-first": nil, "depth-first": nil,
		"exec": &Verdicts{Program: "p", Services: map[string]map[string]Verdict{"web": {
			"h1": {Score: 1}, "h2": {Score: 3}, "h3": {Score: 1}, "h4": {Refuse: "no"}, "h5": {Score: 2}, "h6": {Score: 2}, "h8": {},
		}}},
		"exclusive": nil, "group": "g", "hostname": "h[1-7]", "labels": map[string]any{"disk": "ssd"}, "least-containers": nil,
		"lowest-cpu": nil, "lowest-memory": nil, "max-containers": 3, "max-cpu": 0.6, "max-memory": 0.6, "prefer": "host.free.cpus",
		"random": nil, "region": "eu", "reserved": nil, "spread": "zone", "when": "host.containers != 2", "zone": []any{"a", "b"},
	}
}

func variedPool() []Candidate {
	var pool []Candidate
	for i := range 8 {
		pool = append(pool, host(fmt.Sprintf("h%d", i+1), containers(i%4), replicas([]string{"db", "cache", "web"}[i%3], min(1, i%4)),
			labelled(map[string]string{"disk": []string{"ssd", "hdd", "ssd"}[i%3], "zone": []string{"a", "b", "c", "a"}[i%4], "region": []string{"eu", "eu", "us"}[i%3]}),
			reserving(int64(i%3)*1e9, gib),
			func(c *Candidate) {
				c.Host.Use = &hosts.Use{CPU: float64(i%5) / 5, MemoryBytes: int64(7-i) * gib, Age: time.Second}
			}))
	}
	return pool
}

// ranked are the hosts that are left for one replica of web under the
// strategies, in order, with the figures of each.
func ranked(t *testing.T, names ...string) []Ranking {
	t.Helper()
	tk := task("web", 1)
	for _, name := range names {
		with(name, valued()[name])(&tk)
	}
	decisions, _ := NewCatalog().Explain([]Task{tk}, variedPool(), func(*Task) bool { return true })
	return decisions[0].Ranked
}

// precedence of the strategies that rank: a spread goes before wishes, and those
// before orders. 0 is for filters.
func precedence(name string) int {
	switch {
	case name == "spread":
		return 3
	case name == "affinity":
		return 2
	case orders(name) || name == "exec":
		return 1
	}
	return 0
}

// TestEveryPairOfStrategies: a host is left for two strategies where it is left
// for each of them, and the one that goes first ranks as it does alone.
func TestEveryPairOfStrategies(t *testing.T) {
	names := NewCatalog().Names()
	for _, a := range names {
		_, known := valued()[a]
		assert.Assert(t, known, "no value for %s", a)
		for _, b := range names {
			if a != b {
				t.Run(a+"+"+b, func(t *testing.T) { assertPair(t, a, b) })
			}
		}
	}
}

func assertPair(t *testing.T, a, b string) {
	t.Helper()
	both, first := ranked(t, a, b), a
	if precedence(b) > precedence(a) {
		first = b
	}
	alone := map[string][]Ranking{a: ranked(t, a), b: ranked(t, b)}
	leaves := func(list []Ranking, host string) bool {
		return slices.ContainsFunc(list, func(r Ranking) bool { return r.Host == host })
	}
	for _, c := range variedPool() {
		name := c.Host.Name
		assert.Equal(t, leaves(both, name), leaves(alone[a], name) && leaves(alone[b], name), name)
	}
	expected := slices.DeleteFunc(alone[first], func(r Ranking) bool { return !leaves(both, r.Host) })
	for i := range both {
		if first == "random" {
			assert.Equal(t, both[i].Host, expected[i].Host)
		}
		got, _, _ := strings.Cut(both[i].Figures[0], " in zone ") // zones with as many are alike
		want, _, _ := strings.Cut(expected[i].Figures[0], " in zone ")
		assert.Equal(t, got, want, "of %s, on %s", first, both[i].Host)
	}
}
