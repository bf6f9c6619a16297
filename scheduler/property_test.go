package scheduler

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// drawPool makes up to 6 hosts, some of them drained, down or in use.
func drawPool(t *rapid.T) []Candidate {
	var pool []Candidate
	for i := range rapid.IntRange(0, 6).Draw(t, "hosts") {
		c := host(fmt.Sprintf("h%d", i+1), containers(rapid.IntRange(0, 4).Draw(t, "containers")))
		c.Host.Location = rapid.SampledFrom([]string{"eu", "us"}).Draw(t, "location")
		c.Host.Labels = map[string]string{"disk": rapid.SampledFrom([]string{"ssd", "hdd"}).Draw(t, "disk")}
		c.Reserved.MemoryBytes = rapid.Int64Range(0, 8).Draw(t, "reserved") * gib
		c.Replicas = map[string]int{"shop/web": rapid.IntRange(0, 1).Draw(t, "replicas")}
		if rapid.IntRange(0, 5).Draw(t, "state") == 0 {
			c.Host.Status.Ready = false
		}
		if rapid.Bool().Draw(t, "holds") {
			c.Ports = append(c.Ports, tcp("10.0.0.1", 80))
		}
		drawUse(t, &c)
		drawThings(t, &c)
		pool = append(pool, c)
	}
	return pool
}

// drawUse measures some hosts, some of them long ago.
func drawUse(t *rapid.T, c *Candidate) {
	if rapid.Bool().Draw(t, "measured") {
		age := rapid.SampledFrom([]time.Duration{0, time.Second, time.Hour}).Draw(t, "age")
		c.Host.Use = &hosts.Use{CPU: rapid.Float64Range(0, 1).Draw(t, "cpu"), Age: age}
	}
}

// drawThings gives some hosts devices, and strangers who demand something of them.
func drawThings(t *rapid.T, c *Candidate) {
	if n := rapid.Int64Range(-1, 3).Draw(t, "gpus"); n != 0 {
		c.Host.Devices = hosts.Devices{"gpu": n}
		c.Devices = hosts.Devices{"gpu": rapid.Int64Range(0, 2).Draw(t, "taken")}
	}
	switch rapid.IntRange(0, 9).Draw(t, "stranger") {
	case 0:
		c.Exclusive = "bank/db"
	case 1:
		c.Objections = []Objection{{"bank/db", "shop", "w*"}}
	}
}

// drawTasks makes up to 4 services of up to 4 replicas, each with its own rules.
func drawTasks(t *rapid.T) []Task {
	var all []Task
	for _, service := range []string{"cache", "db", "web", "worker"} {
		edits := drawEdits(t)
		for n := range rapid.IntRange(0, 4).Draw(t, "replicas") {
			tk := task(service, n+1, edits...)
			if rapid.IntRange(0, 3).Draw(t, "runs") == 0 {
				tk.Current = fmt.Sprintf("h%d", rapid.IntRange(1, 6).Draw(t, "current"))
			}
			if rapid.IntRange(0, 5).Draw(t, "grouped") == 0 {
				tk.Group = fmt.Sprintf("g%d", n)
			}
			all = append(all, tk)
		}
	}
	return all
}

func drawEdits(t *rapid.T) []func(*Task) {
	maybe := func(edit func(*Task)) func(*Task) {
		if rapid.IntRange(0, 2).Draw(t, "rule") > 0 {
			return func(*Task) {}
		}
		return edit
	}
	ip := rapid.SampledFrom([]string{"", "0.0.0.0", "::", "10.0.0.1", "10.0.0.2"}).Draw(t, "ip")
	order := rapid.SampledFrom([]string{"breadth-first", "depth-first", "least-containers", "lowest-cpu", "random"}).Draw(t, "order")
	gpus := hosts.Devices{"gpu": rapid.Int64Range(0, 2).Draw(t, "gpu")}
	return []func(*Task){
		maybe(needing(rapid.Int64Range(0, 3).Draw(t, "cpus")*1e9, rapid.Int64Range(0, 5).Draw(t, "memory")*gib)),
		maybe(publishing(tcp(ip, 80))),
		maybe(constrained("node.labels.disk==ssd")),
		maybe(func(t *Task) { t.Locations = []string{"eu"} }),
		maybe(pinned("volume v is there", "h1", "h2", "h3")),
		maybe(atMost(2)),
		maybe(by("max-containers", 5)),
		maybe(func(t *Task) { t.Devices = gpus }),
		maybe(with("max-cpu", 0.5)),
		maybe(by(order)),
	}
}

func place(t *rapid.T, tasks []Task, pool []Candidate) []Decision {
	decisions, err := Place(tasks, pool)
	var unplaceable *Unplaceable
	assert.Assert(t, err == nil || errors.As(err, &unplaceable))
	assert.Equal(t, len(decisions), len(tasks))
	return decisions
}

// TestPropertyRulesHold checks every decision against the rules, written a second time.
func TestPropertyRulesHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool, all := drawPool(t), drawTasks(t)
		decisions := place(t, all, pool)
		byName := map[string]Candidate{}
		for _, c := range pool {
			byName[c.Host.Name] = c
		}
		for _, d := range decisions {
			if d.Host == "" {
				assert.Equal(t, d.Rejected.Len(), len(pool), "%s has no host, and not all refused", d.Task.Name)
				continue
			}
			assertHostSuits(t, d.Task, byName[d.Host])
			for _, r := range d.Rejected.All() {
				assert.Assert(t, r.Host != d.Host, "%s goes to a host that refused", d.Task.Name)
			}
		}
		for _, c := range pool {
			assertHostHolds(t, c, decisions)
		}
		assertGroupsShareHosts(t, decisions)
	})
}

func assertHostSuits(t *rapid.T, tk Task, c Candidate) {
	assert.Assert(t, c.Host.Status.Ready && c.Host.Availability == hosts.Active)
	assert.Assert(t, len(tk.Locations) == 0 || c.Host.Location == "eu")
	assert.Assert(t, len(tk.Constraints) == 0 || c.Host.Labels["disk"] == "ssd")
	assert.Assert(t, len(tk.Pins) == 0 || c.Host.Name <= "h3")
	assert.Assert(t, c.Exclusive == "" && (c.Objections == nil || tk.Service[0] != 'w'), "%s objects to %s", c.Host.Name, tk.Name)
	_, wants := tk.Devices["gpu"]
	assert.Assert(t, !wants || c.Host.Devices["gpu"] != 0)
	if tk.Current == "" && tk.Group == "" && measured(tk) {
		assert.Assert(t, c.Host.Use != nil && c.Host.Use.Age < time.Minute && c.Host.Use.CPU < 0.5, "%s is on a busy host", tk.Name)
	}
}

func measured(tk Task) bool {
	return slices.ContainsFunc(tk.Strategies, func(s hosts.Strategy) bool { return s.Name == "max-cpu" })
}

// assertHostHolds adds up what is on the host in the end.
func assertHostHolds(t *rapid.T, c Candidate, decisions []Decision) {
	needs, most, gpus := c.Reserved, 1<<30, c.Devices["gpu"]
	total, ofService := c.Containers, map[string]int{"web": c.Replicas["shop/web"]}
	ports := append([]hosts.PublishedPort(nil), c.Ports...)
	var here []Task
	added := true
	for _, d := range decisions {
		if d.Host != c.Host.Name {
			continue
		}
		here = append(here, d.Task)
		added = added && d.Task.Current == "" && d.Task.Group == ""
		needs = needs.Add(d.Task.Needs)
		gpus += d.Task.Devices["gpu"]
		total++
		ofService[d.Task.Service]++
		for _, p := range d.Task.Ports {
			for _, held := range ports {
				assert.Assert(t, !portOf(p).conflicts(portOf(held)), "%s: %v and %v", c.Host.Name, p, held)
			}
			ports = append(ports, p)
		}
	}
	for _, tk := range here {
		assert.Assert(t, tk.MaxPerHost == 0 || ofService[tk.Service] <= tk.MaxPerHost)
		for _, s := range tk.Strategies {
			if s.Name == "max-containers" {
				most = 5
			}
		}
		assert.Assert(t, tk.Devices["gpu"] == 0 || c.Host.Devices["gpu"] == hosts.ManyDevices || gpus <= c.Host.Devices["gpu"])
		assert.Assert(t, tk.Needs.MemoryBytes == 0 || needs.MemoryBytes <= c.Host.Capacity.MemoryBytes)
		assert.Assert(t, tk.Needs.NanoCPUs == 0 || needs.NanoCPUs <= c.Host.Capacity.NanoCPUs)
	}
	if added && allBounded(here) {
		assert.Assert(t, len(here) == 0 || total <= most)
	}
}

// allBounded tells whether all tasks have max-containers: others may go beyond it.
func allBounded(tasks []Task) bool {
	for _, tk := range tasks {
		if len(tk.Strategies) == 0 || tk.Strategies[0].Name != "max-containers" {
			return false
		}
	}
	return true
}

func assertGroupsShareHosts(t *rapid.T, decisions []Decision) {
	at := map[string]string{}
	for _, d := range decisions {
		if d.Task.Group == "" {
			continue
		}
		h, ok := at[d.Task.Group]
		assert.Assert(t, !ok || h == d.Host, "group %s is on %s and %s", d.Task.Group, h, d.Host)
		at[d.Task.Group] = d.Host
	}
}

// TestPropertyOrderOfInputDoesNotMatter compares the decisions' bytes.
func TestPropertyOrderOfInputDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool, all := drawPool(t), drawTasks(t)
		want, err := json.Marshal(place(t, all, pool))
		assert.NilError(t, err)
		shuffle := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		shuffle.Shuffle(len(pool), func(i, j int) { pool[i], pool[j] = pool[j], pool[i] })
		shuffle.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		got, err := json.Marshal(place(t, all, pool))
		assert.NilError(t, err)
		assert.Equal(t, string(got), string(want))
	})
}

// TestPropertyConvergedStays places again what was placed: nothing moves.
func TestPropertyConvergedStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := drawPool(t)
		var running []Task
		for _, d := range place(t, drawTasks(t), pool) {
			if d.Host != "" {
				d.Task.Current = d.Host
				running = append(running, d.Task)
			}
		}
		for _, d := range place(t, running, pool) {
			assert.Assert(t, d.Stays && d.Host == d.Task.Current, "%s left %s: %s", d.Task.Name, d.Task.Current, d.Reason)
		}
	})
}

// TestPropertySpreadIsEven checks that replicas per host differ by one at most
// where every host takes any replica.
func TestPropertySpreadIsEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pool []Candidate
		for i := range rapid.IntRange(1, 8).Draw(t, "hosts") {
			pool = append(pool, host(fmt.Sprintf("h%d", i), containers(rapid.IntRange(0, 9).Draw(t, "containers"))))
		}
		got := map[string]int{}
		n := rapid.IntRange(0, 40).Draw(t, "replicas")
		for _, d := range place(t, tasks("web", n), pool) {
			got[d.Host]++
		}
		for _, c := range pool {
			least := n / len(pool)
			assert.Assert(t, got[c.Host.Name] == least || got[c.Host.Name] == least+1, "%v of %d", got, n)
		}
	})
}

// TestPropertyZonesStayEven scales a service up in steps over hosts that take
// any replica: zones differ by one at most, however many hosts each has.
func TestPropertyZonesStayEven(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zones := rapid.IntRange(1, 5).Draw(t, "zones")
		var pool []Candidate
		for i := range rapid.IntRange(zones, 12).Draw(t, "hosts") {
			zone := i
			if i >= zones {
				zone = rapid.IntRange(0, zones-1).Draw(t, "zone")
			}
			labels := labelled(map[string]string{"zone": fmt.Sprint(zone)})
			pool = append(pool, host(fmt.Sprintf("h%d", i), labels, containers(rapid.IntRange(0, 9).Draw(t, "containers"))))
		}
		var at map[int]string
		for _, n := range rapid.SliceOfN(rapid.IntRange(1, 15), 1, 4).Draw(t, "steps") {
			all := tasks("web", n+len(at), with("spread", "zone"))
			for i := range all {
				all[i].Current = at[all[i].Number]
			}
			at = map[int]string{}
			counts := map[string]int{}
			for _, d := range place(t, all, pool) {
				at[d.Task.Number] = d.Host
				counts[zoneOf(pool, d.Host)]++
			}
			for zone := range zones {
				least := len(all) / zones
				got := counts[fmt.Sprint(zone)]
				assert.Assert(t, got == least || got == least+1, "%v of %d", counts, len(all))
			}
		}
	})
}

func zoneOf(pool []Candidate, name string) string {
	i := slices.IndexFunc(pool, func(c Candidate) bool { return c.Host.Name == name })
	return pool[i].Host.Labels["zone"]
}

// TestPropertyRankingChangesNothing: a queue that keeps all hosts, in order to
// rank them, chooses as one that keeps only those that may be needed.
func TestPropertyRankingChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool, all := drawPool(t), drawTasks(t)
		if rapid.Bool().Draw(t, "zones") {
			for i := range all {
				all[i].Strategies = append(slices.Clip(all[i].Strategies), hosts.Strategy{Name: "spread", Value: "node.labels.disk"})
			}
		}
		ranked, _ := NewCatalog().Explain(all, pool, func(*Task) bool { return true })
		for i, d := range place(t, all, pool) {
			assert.Equal(t, d.Host, ranked[i].Host, "%s", d.Task.Name)
			assert.Equal(t, d.Reason, ranked[i].Reason, "%s", d.Task.Name)
			assert.DeepEqual(t, d.Rejected.All(), ranked[i].Rejected.All())
		}
	})
}
