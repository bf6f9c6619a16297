package picture_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"gotest.tools/v3/assert"
	"gotest.tools/v3/golden"

	"github.com/clocker-compose/clocker-compose/cmd/clocker-compose/picture"
	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/scheduler"
)

// example has every fate, a host that is drained, one that doesn't answer, and
// a warning that is longer than a line.
func example() *plan.Plan {
	host := func(name, location string, ready bool) hosts.Host {
		return hosts.Host{
			Name: name, Location: location, Availability: hosts.Active, Status: hosts.Status{Ready: ready, Reason: "no answer in 10s"},
			Capacity: hosts.Resources{NanoCPUs: 4e9, MemoryBytes: 8 << 30},
		}
	}
	drained := host("h2", "eu", true)
	drained.Availability = hosts.Drain
	fits := "breadth-first: 0 containers of web, 3 in all"
	rows := []plan.Replica{
		{Service: "db", Name: "db-1", Host: "h1", Fate: plan.FateStays, Cause: "runs there"},
		{Service: "web", Name: "web-1", Host: "h1", Fate: plan.FateRecreated, Why: plan.ReasonConfigChanged},
		{Service: "web", Name: "web-2", Host: "h3", From: "h2", Fate: plan.FateMoves, Cause: "h2 is drained; " + fits},
		{Service: "web", Name: "web-3", Host: "h3", Fate: plan.FateNew, Cause: fits},
		{Service: "web", Name: "web-4", Host: "h1", Fate: plan.FateStarts, Why: plan.ReasonStopped},
		{Service: "名前", Name: "名前-1", Host: "h2", Fate: plan.FateRemoved, Why: plan.ReasonOrphan},
	}
	return &plan.Plan{
		Project: "shop", Hosts: []hosts.Host{host("h1", "eu", true), drained, host("h3", "us", true), host("h4", "us", false)},
		Replicas: rows,
		Steps: []plan.Step{
			{Host: "h3", Action: plan.JoinFabric{}},
			{Host: "h3", Action: plan.PullImage{Ref: "registry.example.com/team/web:1.2.3"}},
			{Host: "h3", Action: plan.CreateNetwork{Spec: hosts.NetworkSpec{Name: "shop_default"}}},
		},
		Warnings: []string{"shop-web-2 moves to host h3 without the data of its anonymous volume at /cache, which stays on host h2 as volume 0123456789ab"},
	}
}

func TestWidths(t *testing.T) {
	for _, width := range []int{60, 80, 200} {
		text := picture.Draw(example(), width)
		golden.Assert(t, text, fmt.Sprintf("%d.golden", width))
		for line := range strings.Lines(text) {
			assert.Assert(t, runewidth.StringWidth(strings.TrimSuffix(line, "\n")) <= width, "%q is too wide", line)
		}
	}
}

// A plan for many hosts is counted: it takes a few lines, however large it is.
func TestCrowds(t *testing.T) {
	p := &plan.Plan{Project: "shop", Placements: make([]scheduler.Decision, 10_000)}
	for i := range 300 {
		p.Hosts = append(p.Hosts, hosts.Host{Name: fmt.Sprintf("h%03d", i), Status: hosts.Status{Ready: true}})
	}
	for i := range 10_000 {
		fate := plan.FateStays
		if i%100 == 0 {
			fate = plan.FateNew
		}
		p.Replicas = append(p.Replicas, plan.Replica{Service: fmt.Sprintf("s%d", i%3), Name: "x", Host: p.Hosts[i%300].Name, Fate: fate})
	}
	assert.Equal(t, picture.Draw(p, 80), `10000 replicas on 300 hosts
  s0  3334 on 100 hosts, 33 to 34 on each; 34 new, 3300 stay
  s1  3333 on 100 hosts, 33 to 34 on each; 33 new, 3300 stay
  s2  3333 on 100 hosts, 33 to 34 on each; 33 new, 3300 stay

shop: nothing to do
`)
}
