package plan_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"gotest.tools/v3/assert"
	"pgregory.net/rapid"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

// Whatever files, pools and interruptions went before: an up that is carried
// out leaves nothing to do, and a down leaves nothing at all.
func TestConvergence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, "h1")
		for range rapid.IntRange(1, 5).Draw(t, "chapters") {
			w.befall(t)
			p := load(t, composeFile(t))
			request := w.request(p, someOptions(t))
			planned, err := plan.Up(request)
			if err != nil {
				continue // it fits nowhere, or has too many of one name
			}
			checkPlan(t, planned, request.State)
			w.carryOutSome(t, planned.Steps)
		}
		clear(w.lost)
		p := load(t, composeFile(t))
		planned, err := plan.Up(w.request(p, plan.Options{RemoveOrphans: true}))
		if err == nil {
			checkPlan(t, planned, w.observe())
			w.carryOut(shuffled(t, planned.Steps))
			again, err := plan.Up(w.request(p, plan.Options{}))
			assert.NilError(t, err)
			assert.Equal(t, len(again.Steps), 0, "after\n%s\nthere is still\n%s", planned.Text(), again.Text())
			checkNetworks(t, w.observe())
		}
		for _, name := range []string{"h1", "h2", "h3", "h4"} { // also those that have left
			if w.engines[name] != nil {
				w.leave(name)
				w.add(name)
			}
		}
		w.down(plan.DownRequest{Project: "shop", Volumes: true})
		assert.Equal(t, len(w.observe().Projects()), 0)
	})
}

// befall changes the pool, but for its last ready host.
func (w *world) befall(t *rapid.T) {
	name := rapid.SampledFrom([]string{"h1", "h2", "h3", "h4"}).Draw(t, "host")
	in := slices.ContainsFunc(w.hosts, func(h hosts.Host) bool { return h.Name == name })
	switch what := rapid.SampledFrom([]string{"", "add", "leave", "lose", "regain", "drain", "resume", "rebuild"}).Draw(t, "befalls"); {
	case what == "add" && !in:
		w.add(name)
	case what == "leave" && in && len(w.hosts) > 1:
		w.leave(name)
	case what == "lose" && in:
		w.lost[name] = true
	case what == "regain":
		delete(w.lost, name)
	case what == "drain" && in:
		w.host(name).Availability = hosts.Drain
	case what == "resume" && in:
		w.host(name).Availability = hosts.Active
	case what == "rebuild":
		w.rebuilt["app:latest"] = !w.rebuilt["app:latest"]
	}
}

// carryOutSome does some of the steps, as an executor that is interrupted.
func (w *world) carryOutSome(t *rapid.T, steps []plan.Step) {
	n := len(steps)
	if rapid.Bool().Draw(t, "interrupted") {
		n = rapid.IntRange(0, n).Draw(t, "steps")
	}
	w.carryOut(shuffled(t, steps)[:n])
}

// shuffled is one of the orders in which the steps may be done.
func shuffled(t *rapid.T, steps []plan.Step) []plan.Step {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 0))
	done, left, out := map[string]bool{}, slices.Clone(steps), []plan.Step{}
	for len(left) > 0 {
		var ready []int
		for i, s := range left {
			if !slices.ContainsFunc(s.After, func(id string) bool { return !done[id] }) {
				ready = append(ready, i)
			}
		}
		assert.Assert(t, len(ready) > 0, "the steps wait for each other")
		i := ready[random.IntN(len(ready))]
		done[left[i].ID] = true
		out, left = append(out, left[i]), slices.Delete(left, i, i+1)
	}
	return out
}

func someOptions(t *rapid.T) plan.Options {
	return plan.Options{
		RemoveOrphans: rapid.Bool().Draw(t, "remove orphans"),
		ForceRecreate: rapid.IntRange(0, 4).Draw(t, "force") == 0,
		NoStart:       rapid.IntRange(0, 4).Draw(t, "no start") == 0,
	}
}

// composeFile is a project of services that come and go, change, share
// volumes, namespaces and ports, and wait for each other.
func composeFile(t *rapid.T) string {
	var b strings.Builder
	fmt.Fprintln(&b, "services:")
	var before []string
	for _, name := range []string{"a", "b", "c", "d"} {
		if name != "a" && rapid.IntRange(0, 3).Draw(t, name+" is out") == 0 {
			continue
		}
		fmt.Fprintf(&b, "  %s:\n    image: app\n    init: %t\n", name, rapid.Bool().Draw(t, name+" init"))
		global := rapid.IntRange(0, 4).Draw(t, name+" global") == 0
		if global {
			fmt.Fprintln(&b, "    deploy: {mode: global}")
		} else {
			fmt.Fprintf(&b, "    scale: %d\n", rapid.IntRange(0, 3).Draw(t, name+" scale"))
		}
		if port := rapid.IntRange(0, 9).Draw(t, name+" port"); port < 2 {
			fmt.Fprintf(&b, "    ports: [\"%d:80\"]\n", 80+port)
		}
		if volume := rapid.IntRange(0, 5).Draw(t, name+" volume"); volume < 2 && !global {
			fmt.Fprintf(&b, "    volumes: [\"v%d:/v\", /cache]\n", volume)
		}
		mode := rapid.SampledFrom([]string{"", "", "n1", "n2", "both", "namespace", "volumes", "restart", "depends"}).Draw(t, name+" mode")
		other := ""
		if len(before) > 0 {
			other = rapid.SampledFrom(before).Draw(t, name+" other")
		}
		switch {
		case mode == "n1" || mode == "n2":
			fmt.Fprintf(&b, "    networks: [%s]\n", mode)
		case mode == "both":
			fmt.Fprintln(&b, "    networks: [n1, n2]")
		case other == "":
		case mode == "namespace":
			fmt.Fprintf(&b, "    network_mode: service:%s\n", other)
		case mode == "volumes":
			fmt.Fprintf(&b, "    volumes_from: [%s]\n", other)
		case mode == "restart":
			fmt.Fprintf(&b, "    depends_on: {%s: {condition: service_started, restart: true}}\n", other)
		case mode == "depends":
			fmt.Fprintf(&b, "    depends_on: [%s]\n", other)
		}
		before = append(before, name)
	}
	fmt.Fprint(&b, "volumes: {v0: {}, v1: {}}\nnetworks:\n")
	for _, name := range []string{"n1", "n2", "default"} {
		fmt.Fprintf(&b, "  %s: {labels: {version: \"%d\"}}\n", name, rapid.IntRange(0, 1).Draw(t, name+" version"))
	}
	return b.String()
}

// checkPlan checks what holds for every plan.
func checkPlan(t *rapid.T, p *plan.Plan, s state.Snapshot) {
	before := map[string]bool{}
	for _, step := range p.Steps {
		assert.Assert(t, !before[step.ID], "step %s is there twice", step.ID)
		for _, id := range step.After {
			assert.Assert(t, before[id], "step %s stands before %s, for which it waits", step.ID, id)
		}
		before[step.ID] = true
		checkOwn(t, step, s)
	}
}

// checkOwn checks that a step that takes away touches what is the project's.
func checkOwn(t *rapid.T, step plan.Step, s state.Snapshot) {
	o := s.Host(step.Host)
	assert.Assert(t, o != nil && o.Host.Status.Ready, "step %s is on a host that doesn't answer", step.ID)
	var id string
	switch a := step.Action.(type) {
	case plan.StopContainer:
		id = a.ID
	case plan.RemoveContainer:
		id = a.ID
	case plan.DisconnectNetwork:
		id = a.Container
	case plan.RemoveNetwork:
		i := slices.IndexFunc(o.Networks, func(n hosts.Network) bool { return n.ID == a.ID })
		assert.Equal(t, o.Networks[i].Labels[hosts.LabelProject], "shop")
		return
	case plan.RemoveVolume, plan.RemoveImage:
		t.Fatalf("an up never does %s", step.ID)
	default:
		return
	}
	i := slices.IndexFunc(o.Containers, func(c hosts.Container) bool { return c.ID == id })
	assert.Equal(t, o.Containers[i].Labels[hosts.LabelProject], "shop")
}

// checkNetworks checks that networks of the fabric keep out of each other's
// way: subnets of networks, slices of hosts.
func checkNetworks(t *rapid.T, s state.Snapshot) {
	subnets, slicesOf := map[string]netip.Prefix{}, map[string][]netip.Prefix{}
	for _, o := range s.Observations {
		for _, n := range o.Networks {
			if n.Driver != hosts.FabricDriver || !used(o, n) {
				continue // one that no service wants any more is put right when one does
			}
			sub := n.Subnets[0]
			assert.Assert(t, sub.Prefix.Contains(sub.Range.Addr()) && sub.Range.Contains(sub.Gateway), "%s has its gateway %s outside", n.Name, sub.Gateway)
			assert.Assert(t, sub.Gateway != sub.Prefix.Addr())
			if known, ok := subnets[n.Name]; ok {
				assert.Equal(t, known, sub.Prefix, "network %s has two subnets", n.Name)
			}
			for name, other := range subnets {
				assert.Assert(t, name == n.Name || !other.Overlaps(sub.Prefix), "%s and %s overlap", name, n.Name)
			}
			subnets[n.Name] = sub.Prefix
			for _, other := range slicesOf[n.Name] {
				assert.Assert(t, !other.Overlaps(sub.Range), "two hosts have %s of %s", other, n.Name)
			}
			slicesOf[n.Name] = append(slicesOf[n.Name], sub.Range)
		}
	}
}

func used(o hosts.Observation, n hosts.Network) bool {
	return slices.ContainsFunc(o.Containers, func(c hosts.Container) bool {
		return slices.ContainsFunc(c.Attachments, func(a hosts.Attachment) bool { return a.NetworkID == n.ID })
	})
}

// A plan depends on what is there, and not on the order in which engines list it.
func TestPlanIsRepeatable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, "h1", "h2", "h3")
		planned, err := plan.Up(w.request(load(t, composeFile(t)), plan.Options{}))
		if err == nil {
			w.carryOutSome(t, planned.Steps)
		}
		p, o := load(t, composeFile(t)), someOptions(t)
		request := w.request(p, o)
		first := upText(request)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "lists"), 0))
		for i := range request.State.Observations {
			seen := &request.State.Observations[i]
			mix(random, seen.Containers)
			mix(random, seen.Networks)
			mix(random, seen.Volumes)
			mix(random, seen.Images)
		}
		assert.Equal(t, upText(request), first)
	})
}

func mix[T any](random *rand.Rand, list []T) {
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

func upText(r plan.Request) string {
	planned, err := plan.Up(r)
	if err != nil {
		return err.Error()
	}
	return planned.Text() + order(planned)
}
