package scheduler

import (
	"errors"
	"slices"
	"testing"

	"gotest.tools/v3/assert"
)

func TestPlace(t *testing.T) {
	three := []Candidate{host("h1"), host("h2"), host("h3")}
	for _, c := range []struct {
		name  string
		tasks []Task
		pool  []Candidate
		want  string
	}{
		{"nothing", nil, three, ""},
		{"spread by default", tasks("web", 4), three, "web-1@h1 web-2@h2 web-3@h3 web-4@h1"},
		{
			"a second service starts where there is least", slices.Concat(tasks("a", 1), tasks("b", 2)), three,
			"a-1@h1 b-1@h2 b-2@h3",
		},
		{
			"breadth-first counts the service before containers", tasks("web", 2, by("breadth-first")),
			[]Candidate{host("h1", containers(9)), host("h2", containers(1), replicas("web", 1))},
			"web-1@h1 web-2@h2",
		},
		{
			"least-containers counts containers only", tasks("web", 2, by("least-containers")),
			[]Candidate{host("h1", containers(9)), host("h2", containers(1), replicas("web", 1))},
			"web-1@h2 web-2@h2",
		},
		{
			"depth-first fills the fullest", tasks("web", 2, by("depth-first")),
			[]Candidate{host("h1"), host("h2", containers(1))},
			"web-1@h2 web-2@h2",
		},
		{
			"depth-first up to the bound", tasks("web", 5, by("max-containers", 2, "depth-first")), three,
			"web-1@h1 web-2@h1 web-3@h2 web-4@h2 web-5@h3",
		},
		{
			"a later order breaks ties", tasks("web", 1, by("least-containers", "depth-first", "breadth-first")),
			[]Candidate{host("h1", replicas("web", 1)), host("h2")},
			"web-1@h2",
		},
		{"numbers are numbers", []Task{task("web", 10), task("web", 9)}, three[:2], "web-9@h1 web-10@h2"},
		{"capacity is drawn down", tasks("db", 3, needing(0, 5*gib), by("depth-first")), three, "db-1@h1 db-2@h2 db-3@h3"},
		{
			"a fixed port takes a host each", tasks("web", 3, publishing(tcp("", 80)), by("depth-first")), three,
			"web-1@h1 web-2@h2 web-3@h3",
		},
		{"max per host", tasks("web", 3, atMost(1), by("depth-first")), three, "web-1@h1 web-2@h2 web-3@h3"},
		{"what runs stays", []Task{task("web", 1, on("h3")), task("web", 2)}, three, "web-1!h3 web-2@h1"},
		{"what runs is seated before what is new", []Task{
			task("a", 1, needing(0, 6*gib)), task("b", 1, needing(0, 6*gib), on("h1")),
		}, three[:2], "a-1@h2 b-1!h1"},
		{
			"what is tied to a host is placed before what isn't",
			[]Task{
				task("a", 1, publishing(tcp("", 80))),
				task("b", 1, publishing(tcp("", 80)), pinned("volume v is on h1", "h1")),
			},
			three, "a-1@h2 b-1@h1",
		},
		{"what runs stays although another host is better", tasks("web", 2, on("h1")), three, "web-1!h1 web-2!h1"},
		{"what runs leaves a drained host", tasks("web", 1, on("h1")), []Candidate{host("h1", drained), host("h2")}, "web-1@h2"},
		{"what runs leaves a host that is gone", tasks("web", 1, on("old")), three, "web-1@h1"},
		{
			"what runs stays although others filled its host", tasks("web", 2, by("max-containers", 3), on("h1")),
			[]Candidate{host("h1", containers(3)), host("h2")},
			"web-1!h1 web-2!h1",
		},
		{"a group shares a host", []Task{
			task("app", 1, grouped("app")), task("log", 1, grouped("app")), task("web", 1),
		}, three, "app-1@h1 log-1@h1 web-1@h2"},
		{
			"a group's needs are joint",
			[]Task{
				task("app", 1, grouped("app"), needing(0, 5*gib)), task("log", 1, grouped("app"), needing(0, 2*gib)),
			},
			[]Candidate{host("h1", reserving(0, 2*gib)), host("h2")},
			"app-1@h2 log-1@h2",
		},
		{"a group passes the filters of all", []Task{
			task("app", 1, grouped("app")), task("log", 1, grouped("app"), pinned("volume v is on h3", "h3")),
		}, three, "app-1@h3 log-1@h3"},
		{"a group joins what runs of it", []Task{
			task("app", 1, grouped("app")), task("log", 1, grouped("app"), on("h2")),
		}, three, "app-1@h2 log-1!h2"},
		{
			"a torn group gathers where most of it is",
			[]Task{
				task("a", 1, grouped("g"), on("h1")), task("b", 1, grouped("g"), on("h3")), task("c", 1, grouped("g"), on("h3")),
			},
			three, "a-1@h3 b-1!h3 c-1!h3",
		},
		{
			"a torn group gathers where it fits",
			[]Task{
				task("a", 1, grouped("g"), on("h1")), task("b", 1, grouped("g"), on("h3")), task("c", 1, grouped("g"), on("h3")),
			},
			[]Candidate{host("h1"), host("h2"), host("h3", drained)},
			"a-1!h1 b-1@h1 c-1@h1",
		},
		{
			"replicas that differ are asked for apart",
			[]Task{
				task("db", 1, pinned("volume a is on h2", "h2")), task("db", 2, pinned("volume b is on h1", "h1")), task("db", 3),
			},
			three, "db-1@h2 db-2@h1 db-3@h3",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			decisions, err := Place(c.tasks, c.pool)
			assert.NilError(t, err)
			assert.Equal(t, chosen(decisions), c.want)
		})
	}
}

func TestRulesOfLocations(t *testing.T) {
	with := func(location string, words ...any) func(*Candidate) {
		return func(c *Candidate) {
			tk := task("", 0, by(words...))
			c.Host.Location, c.Strategies = location, tk.Strategies
		}
	}
	in := func(locations ...string) func(*Task) { return func(t *Task) { t.Locations = locations } }
	eu := with("eu", "max-containers", 2, "depth-first")
	us := with("us", "least-containers")
	pool := []Candidate{host("h1", eu), host("h2", eu, containers(1)), host("h3", us, containers(3))}

	for _, c := range []struct {
		name  string
		tasks []Task
		want  string
	}{
		{"one location's filters and orders", tasks("web", 3, in("eu")), "web-1@h2 web-2@h1 web-3@h1"},
		{"its orders come before the task's", tasks("web", 1, in("eu"), by("breadth-first")), "web-1@h2"},
		{"of several only the filters", tasks("web", 5), "web-1@h1 web-2@h2 web-3@h3 web-4@h1 web-5@h3"},
		{"filters don't hold elsewhere", tasks("web", 2, in("us")), "web-1@h3 web-2@h3"},
	} {
		decisions, err := Place(c.tasks, pool)
		assert.NilError(t, err)
		assert.Equal(t, chosen(decisions), c.want, c.name)
	}

	_, err := Place(tasks("web", 4, in("eu")), pool[:2])
	assert.Error(t, err, "no host for web-4: all 2 hosts are full (at most 2 containers); it would fit with one more host of 4 CPUs and 8 GiB in eu")
	_, err = Place(nil, []Candidate{host("h1", with("eu", "fastest"))})
	assert.ErrorContains(t, err, `place on hosts of location eu: there is no strategy "fastest"`)
	_, _, err = Eligible(task("web", 1), []Candidate{host("h1", with("eu", "fastest"))})
	assert.ErrorContains(t, err, `there is no strategy "fastest"`)
}

func TestPlaceLeavesItsInputAlone(t *testing.T) {
	all := []Task{task("web", 2, publishing(tcp("", 80))), task("web", 1, publishing(tcp("", 80)))}
	pool := []Candidate{host("h2", holding(tcp("", 443)), replicas("web", 1)), host("h1")}
	_, err := Place(all, pool)
	assert.NilError(t, err)
	assert.Equal(t, all[0].Number, 2)
	assert.DeepEqual(t, pool, []Candidate{host("h2", holding(tcp("", 443)), replicas("web", 1)), host("h1")})
}

func TestReasons(t *testing.T) {
	pool := []Candidate{host("h1", containers(1), replicas("web", 1)), host("h2", drained), host("h3", containers(3))}
	for _, c := range []struct {
		task Task
		want string
	}{
		{task("web", 1), "breadth-first: 0 containers of web, 3 in all"},
		{task("web", 1, by("depth-first")), "depth-first: 3 containers"},
		{task("web", 1, by("least-containers")), "least-containers: 1 container"},
		{task("web", 1, by("random")), "random"},
		{task("web", 1, pinned("volume v is on h1", "h1")), "the only host that fits"},
		{task("web", 1, on("h1")), "runs there"},
		{task("web", 1, on("h2"), by("depth-first")), "h2 is drained; depth-first: 3 containers"},
		{task("web", 1, on("h9"), by("depth-first")), "h9 is not in the pool; depth-first: 3 containers"},
	} {
		decisions, err := Place([]Task{c.task}, pool)
		assert.NilError(t, err)
		assert.Equal(t, decisions[0].Reason, c.want)
	}
}

// TestRejectedAreThoseOfTheMoment checks that each replica's refusals count
// what was placed before it, and nothing after.
func TestRejectedAreThoseOfTheMoment(t *testing.T) {
	decisions, err := Place(tasks("web", 3, publishing(tcp("", 80))), []Candidate{host("h1"), host("h2"), host("h3", drained)})
	assert.ErrorContains(t, err, "no host for web-3")
	assert.DeepEqual(t, refusals(decisions[0]), []string{"h3 is drained"})
	assert.DeepEqual(t, refusals(decisions[1]), []string{"h1 has port 80 taken", "h3 is drained"})
	assert.DeepEqual(t, refusals(decisions[2]), []string{"h1 has port 80 taken", "h2 has port 80 taken", "h3 is drained"})
}

func refusals(d Decision) []string {
	var all []string
	for _, r := range d.Rejected.All() {
		all = append(all, r.Host+" "+r.Reason)
	}
	return all
}

func TestUnplaceable(t *testing.T) {
	small := reserving(0, 7*gib)
	taken := holding(tcp("", 80))
	web := func(edits ...func(*Task)) []Task {
		return []Task{task("web", 3, append(edits, needing(0, 2*gib), publishing(tcp("", 80)))...)}
	}
	for _, c := range []struct {
		name  string
		tasks []Task
		pool  []Candidate
		want  string
	}{
		{
			"as designed", web(),
			[]Candidate{host("h1", small), host("h2", taken), host("h3", small), host("h4", small), host("h5", taken), host("h6", small)},
			"no host for web-3: 4 of 6 hosts lack memory (need 2 GiB), 2 have port 80 taken; " +
				"it would fit with port 80 free on h2, or with 1 GiB less memory reserved, or with one more host of 4 CPUs and 8 GiB in eu",
		},
		{
			"singular", web(),
			[]Candidate{host("h1", small), host("h2", taken), host("h3", drained)},
			"no host for web-3: 1 of 3 hosts is drained, 1 has port 80 taken, 1 lacks memory (need 2 GiB, 1 GiB free); " +
				"it would fit with h3 active again, or with port 80 free on h2, or with 1 GiB less memory reserved, " +
				"or with one more host of 4 CPUs and 8 GiB in eu",
		},
		{
			"all alike", web(),
			[]Candidate{host("h1", taken), host("h2", taken)},
			"no host for web-3: all 2 hosts have port 80 taken; " +
				"it would fit with port 80 free on h1, or with one more host of 4 CPUs and 8 GiB in eu",
		},
		{
			"only host", web(),
			[]Candidate{host("h1", down("connection refused"))},
			"no host for web-3: the only host is not ready (connection refused); it would fit with h1 back, or with one more host of 4 CPUs and 8 GiB in eu",
		},
		{"no hosts", web(), nil, "no host for web-3: the pool has no hosts"},
		{
			"the hint is of the host that came nearest", web(pinned("volume v is on h3", "h3")),
			[]Candidate{host("h1"), host("h2"), host("h3", down("no answer in 5s"))},
			"no host for web-3: 2 of 3 hosts are ruled out (volume v is on h3), 1 is not ready (no answer in 5s); " +
				"it would fit with h3 back",
		},
		{
			"a group needs room for all",
			[]Task{
				task("app", 1, grouped("g"), needing(0, 5*gib)), task("log", 1, grouped("g"), needing(0, 4*gib)),
			},
			[]Candidate{host("h1")},
			"no host for app-1 with log-1: the only host lacks memory (need 9 GiB, 8 GiB free); " +
				"it would fit with 1 GiB less memory reserved, or with a host of 4 CPUs and 9 GiB in eu",
		},
		{
			"a group that excludes itself",
			[]Task{
				task("a", 1, grouped("g"), publishing(tcp("", 80))), task("b", 1, grouped("g"), publishing(tcp("", 80))),
			},
			[]Candidate{host("h1")},
			"no host for a-1 with b-1: the only host has port 80 taken; " +
				"free the port, add a host, or let the engine choose the host port of b",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			decisions, err := Place(c.tasks, c.pool)
			assert.Error(t, err, c.want)
			var unplaceable *Unplaceable
			assert.Assert(t, errors.As(err, &unplaceable))
			for _, d := range decisions {
				assert.Equal(t, d.Host, "")
				assert.Equal(t, d.Rejected.Len(), len(c.pool))
			}
		})
	}
}

func TestTheOthersArePlacedWhereOneFitsNowhere(t *testing.T) {
	decisions, err := Place([]Task{task("a", 1, needing(0, 9*gib)), task("b", 1)}, []Candidate{host("h1")})
	assert.ErrorContains(t, err, "no host for a-1")
	assert.Equal(t, chosen(decisions), "a-1- b-1@h1")
}

func TestBadRulesAreErrorsWithoutDecisions(t *testing.T) {
	for want, edit := range map[string]func(*Task){
		`place web-1: placement constraint "node.role==manager"`: constrained("node.role==manager"),
		`place web-1: there is no strategy "fastest"`:            by("fastest"),
		`place web-1: max-containers wants a whole number`:       by("max-containers", "lots"),
	} {
		for _, current := range []string{"", "h1"} {
			decisions, err := Place(tasks("web", 1, edit, on(current)), []Candidate{host("h1")})
			assert.ErrorContains(t, err, want)
			assert.Equal(t, len(decisions), 0)
		}
		_, _, err := Eligible(task("web", 1, edit), nil)
		assert.ErrorContains(t, err, want)
	}
}

// TestRandomIsEvenAndRepeatable draws 3,000 replicas for 3 hosts; with equal
// chances each gets 1,000, give or take 26 (one standard deviation).
func TestRandomIsEvenAndRepeatable(t *testing.T) {
	pool := []Candidate{host("h1"), host("h2", containers(50)), host("h3")}
	first, err := Place(tasks("web", 3000, by("random")), pool)
	assert.NilError(t, err)
	second, err := Place(tasks("web", 3000, by("random")), pool)
	assert.NilError(t, err)
	assert.Equal(t, chosen(first), chosen(second))

	got := map[string]int{}
	repeats := 0
	for i, d := range first {
		got[d.Host]++
		if i > 0 && d.Host == first[i-1].Host {
			repeats++
		}
	}
	for name, n := range got {
		assert.Assert(t, n > 870 && n < 1130, "%s got %d", name, n)
	}
	assert.Assert(t, repeats > 870 && repeats < 1130, "%d of 3000 on the host of the one before", repeats)
}

func TestRandomDiffersByService(t *testing.T) {
	pool := []Candidate{host("h1"), host("h2"), host("h3"), host("h4")}
	web, err := Place(tasks("web", 20, by("random")), pool)
	assert.NilError(t, err)
	db, err := Place(tasks("db", 20, by("random")), pool)
	assert.NilError(t, err)
	same := 0
	for i := range web {
		if web[i].Host == db[i].Host {
			same++
		}
	}
	assert.Assert(t, same < 20)
}
