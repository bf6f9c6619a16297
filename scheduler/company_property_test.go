package scheduler

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// drawCompany makes up to 4 services with rules about each other.
func drawCompany(t *rapid.T, most int) []Task {
	names := []string{"a", "b", "c", "d"}
	var all []Task
	for _, service := range names {
		var edits []func(*Task)
		var rules []any
		for range rapid.IntRange(0, 2).Draw(t, "rules") {
			rule := rapid.SampledFrom([]string{
				"service ", "not service ", "not service ", "prefer service ", "prefer not service ",
			}).Draw(t, "rule") + rapid.SampledFrom(names).Draw(t, "whom")
			rules = append(rules, rule)
		}
		if len(rules) > 0 {
			edits = append(edits, with("affinity", rules))
		}
		switch rapid.IntRange(0, 7).Draw(t, "kind") {
		case 0:
			edits = append(edits, with("exclusive", nil))
		case 1:
			edits = append(edits, with("spread", "zone"))
		case 2:
			edits = append(edits, with("group", "g"))
		}
		all = append(all, tasks(service, rapid.IntRange(0, most).Draw(t, "replicas"), edits...)...)
	}
	return all
}

func drawZones(t *rapid.T) []Candidate {
	var pool []Candidate
	for i := range rapid.IntRange(1, 5).Draw(t, "hosts") {
		zone := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "zone")
		pool = append(pool, host(fmt.Sprintf("h%d", i+1), labelled(map[string]string{"zone": zone})))
	}
	return pool
}

// TestPropertyCompany checks all hard rules in the end, whoever was placed first.
func TestPropertyCompany(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := drawZones(t)
		assertCompany(t, place(t, drawCompany(t, 3), pool))
	})
}

// TestPropertyCompanyStays adds replicas to what was placed: what runs stays,
// and the rules hold for what comes.
func TestPropertyCompanyStays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool, all := drawZones(t), drawCompany(t, 3)
		var grown []Task
		for _, d := range place(t, all, pool) {
			if d.Host == "" {
				return // what wants its company is left alone
			}
			d.Task.Current = d.Host
			grown = append(grown, d.Task)
		}
		before := len(grown)
		for i := range all {
			if more := all[i]; len(grown) < before+3 {
				more.Number += 100
				more.Name = fmt.Sprintf("%s-%d", more.Service, more.Number)
				grown = append(grown, more)
			}
		}
		second := place(t, grown, pool)
		for _, d := range second {
			if d.Host == "" {
				return // what was wanted for company may have had to leave
			}
		}
		for _, d := range second {
			if d.Task.Current != "" && !slices.ContainsFunc(d.Task.Strategies, isGroup) {
				assert.Assert(t, d.Stays, "%s left %s: %s", d.Task.Name, d.Task.Current, d.Reason)
			}
		}
		assertCompany(t, second)
	})
}

func assertCompany(t *rapid.T, decisions []Decision) {
	on := map[string]map[string]int{}
	complete := !slices.ContainsFunc(decisions, func(d Decision) bool { return d.Host == "" })
	for _, d := range decisions {
		if on[d.Host] == nil {
			on[d.Host] = map[string]int{}
		}
		on[d.Host][d.Task.Service]++
	}
	for _, d := range decisions {
		if d.Host == "" {
			continue
		}
		here := on[d.Host]
		for _, s := range d.Task.Strategies {
			if s.Name == "exclusive" {
				assert.Equal(t, len(here), 1, "%s isn't alone on %s: %v", d.Task.Name, d.Host, here)
			}
			rules, _ := s.Value.([]any)
			for _, rule := range rules {
				assertRule(t, d, rule.(string), here, complete)
			}
		}
	}
}

func assertRule(t *rapid.T, d Decision, rule string, here map[string]int, complete bool) {
	whom := rule[len(rule)-1:]
	self := 0
	if whom == d.Task.Service {
		self = 1
	}
	switch {
	case strings.HasPrefix(rule, "prefer"):
	case strings.HasPrefix(rule, "not"):
		assert.Equal(t, here[whom]-self, 0, "%s on %s: %q, but %v", d.Task.Name, d.Host, rule, here)
	case complete: // who comes first is let in without company, which may fit nowhere
		assert.Assert(t, here[whom] > 0, "%s on %s: %q, but %v", d.Task.Name, d.Host, rule, here)
	}
}

// TestPropertySpreadIsEvenOverZones checks that zones differ by one at most, in
// one go or scaled up bit by bit, where every host takes any replica.
func TestPropertySpreadIsEvenOverZones(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := drawZones(t)
		zoneOf, replicas := map[string]string{}, map[string]int{}
		for _, c := range pool {
			zoneOf[c.Host.Name] = c.Host.Labels["zone"]
			replicas[c.Host.Labels["zone"]] = 0
		}
		var running []Task
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			clear(replicas)
			for _, c := range pool {
				replicas[c.Host.Labels["zone"]] = 0
			}
			all := slices.Clone(running)
			for range rapid.IntRange(0, 9).Draw(t, "more") {
				all = append(all, task("web", len(all)+1, with("spread", "zone")))
			}
			running = nil
			for _, d := range place(t, all, pool) {
				d.Task.Current = d.Host
				running = append(running, d.Task)
				replicas[zoneOf[d.Host]]++
			}
			assert.Assert(t, abs(replicas["a"]-replicas["b"]) <= 1 || len(replicas) == 1, "%v", replicas)
		}
	})
}

func isGroup(s hosts.Strategy) bool { return s.Name == "group" }

func abs(n int) int { return max(n, -n) }
