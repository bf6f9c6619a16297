package scheduler

import (
	"testing"
	"time"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// TestStrategyFilters asks one host about one task; "" means that it may go there.
func TestStrategyFilters(t *testing.T) {
	ssd := labelled(map[string]string{"disk": "ssd", "zone": "a"})
	used := func(cpu float64, memory int64) func(*Candidate) {
		return func(c *Candidate) { c.Host.Use = &hosts.Use{CPU: cpu, MemoryBytes: memory, Age: 3 * time.Second} }
	}
	for _, c := range []struct {
		name  string
		rule  string
		value any
		host  Candidate
		want  string
	}{
		{"label", "labels", map[string]any{"disk": "ssd"}, host("h1", ssd), ""},
		{"one of a label's values", "labels", map[string]any{"disk": []any{"hdd", "ssd"}}, host("h1", ssd), ""},
		{"other value", "labels", map[string]any{"disk": "hdd"}, host("h1", ssd), "labels: has disk=ssd (need disk=hdd)"},
		{"no label", "labels", map[string]any{"gpu": true}, host("h1", ssd), "labels: has no label gpu (need gpu=true)"},
		{"zone", "zone", []any{"a", "b"}, host("h1", ssd), ""},
		{"other zone", "zone", []any{"b", "c"}, host("h1", ssd), "zone: has zone=a (need zone=b or c)"},
		{"no region", "region", "eu", host("h1", ssd), "region: has no label region (need region=eu)"},
		{"name in the pool", "hostname", "h[0-9]", host("h1"), ""},
		{"name of the machine", "hostname", `.*\.local`, host("h1"), ""},
		{"only a part of the name", "hostname", "h", host("h1"), "hostname: isn't called h"},
		{"either of two as a whole", "hostname", "h|x", host("h1"), "hostname: isn't called h|x"},
		{"idle", "max-cpu", 0.75, host("h1", used(0.5, 0)), ""},
		{"busy", "max-cpu", "75%", host("h1", used(0.8123, 0)), "max-cpu: uses 82% of its CPUs (at most 75%, measured 3s ago)"},
		{"busy over a while", "max-cpu", 0.5, host("h1", usedOver(0.6, 3*time.Second, 30*time.Second)), "max-cpu: uses 60% of its CPUs (at most 50%, measured 3s ago over 30s)"},
		{"measured long ago", "max-cpu", 0.75, host("h1", usedOver(0, 5*time.Minute, 0)), "max-cpu: was last measured 5m0s ago, which is too long for max-cpu"},
		{"measured a minute ago", "max-cpu", 0.75, host("h1", usedOver(0, time.Minute, 0)), ""},
		{"an old figure is none", "when", "host.use.known || host.use.cpu > 0", host("h1", usedOver(0.5, time.Hour, 0)), "when: doesn't meet `host.use.known || host.use.cpu > 0`"},
		{"not measured", "max-cpu", 0.75, host("h1"), "max-cpu: has no measured use of CPUs"},
		{"memory", "max-memory", 0.5, host("h1", used(0, 4*gib)), "max-memory: uses 50% of its memory (at most 50%, measured 3s ago)"},
		{"less memory", "max-memory", 0.5, host("h1", used(0, 4*gib-1)), ""},
		{"memory of a host of unknown size", "max-memory", 0.5, host("h1", used(0, 1), func(c *Candidate) { c.Host.Capacity = hosts.Resources{} }), "max-memory: has no measured use of memory"},
		{"alone", "exclusive", nil, host("h1"), ""},
		{"not alone", "exclusive", nil, host("h1", containers(2)), "exclusive: has 2 other containers"},
		{"alone with its own", "exclusive", nil, host("h1", containers(1), replicas("web", 1)), ""},
		{"true", "when", `host.labels.disk == "ssd" && host.free.memory > 4 * GiB`, host("h1", ssd), ""},
		{"false", "when", `host.labels.disk == "ssd"`, host("h1"), "when: doesn't meet `host.labels.disk == \"ssd\"`"},
		{"replicas", "when", "host.replicas < 2", host("h1", replicas("web", 2)), "when: doesn't meet `host.replicas < 2`"},
		{"all variables", "when", "host.name == 'h1' && host.location == 'eu' && host.hostname == 'h1.local' && host.os == 'linux' && " +
			"host.arch == 'amd64' && host.engine == '' && host.engineLabels.x == '' && host.capacity.cpus == 4 && host.reserved.memory == GiB && " +
			"host.containers == 3 && host.use.known && host.use.cpu == 0.5 && host.use.memory == KiB && host.use.age == 3 && " +
			"service.name == 'web' && service.needs.cpus == 0 && project.name == 'shop' && TiB == 1024 * 1024 * MiB", host("h1", used(0.5, 1024), containers(3), reserving(0, gib)), ""},
		{
			"too dear", "when", "len(1..900000) > 1 || len(host.containers..90000000) > 1", host("h1"),
			"when: gives no answer to `len(1..900000) > 1 || len(host.containers..90000000) > 1`",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, rejected, err := Eligible(task("web", 1, with(c.rule, c.value)), []Candidate{c.host})
			assert.NilError(t, err)
			got := ""
			if len(rejected) > 0 {
				got = rejected[0].Filter + ": " + rejected[0].Reason
			}
			assert.Equal(t, got, c.want)
		})
	}
}

func TestStrategyOrders(t *testing.T) {
	zone := func(z string) func(*Candidate) { return labelled(map[string]string{"zone": z}) }
	used := func(cpu float64) func(*Candidate) {
		return func(c *Candidate) { c.Host.Use = &hosts.Use{CPU: cpu, MemoryBytes: int64(cpu * gib), Age: time.Second} }
	}
	zones := []Candidate{host("h1", zone("a")), host("h2", zone("a")), host("h3", zone("b")), host("h4")}
	for _, c := range []struct {
		name         string
		tasks        []Task
		pool         []Candidate
		want, reason string
	}{
		{
			"even over zones", tasks("web", 6, with("spread", "node.labels.zone")), zones,
			"web-1@h1 web-2@h3 web-3@h4 web-4@h2 web-5@h3 web-6@h4", "spread: 0 containers of web in zone a, then breadth-first: 0 containers of web, 0 in all",
		},
		{
			"even over zones as it scales", append(tasks("web", 2, on("h1"), with("spread", "zone")), task("web", 3, with("spread", "zone")), task("web", 4, with("spread", "zone"))), zones,
			"web-1!h1 web-2!h1 web-3@h3 web-4@h4", "runs there",
		},
		{
			"even over what is left", tasks("web", 3, with("spread", "zone"), publishing(tcp("", 80))), zones[:3],
			"web-1@h1 web-2@h3 web-3@h2", "spread: 0 containers of web in zone a, then breadth-first: 0 containers of web, 0 in all",
		},
		{
			"spread, then depth", tasks("web", 4, with("spread", "zone"), by("depth-first")), zones[:3],
			"web-1@h1 web-2@h3 web-3@h1 web-4@h3", "spread: 0 containers of web in zone a, then depth-first: 0 containers",
		},
		{
			"two spreads", tasks("web", 4, with("spread", "zone", "spread", "node.hostname")), zones[:3],
			"web-1@h1 web-2@h3 web-3@h2 web-4@h3", "spread: 0 containers of web in zone a, then breadth-first: 0 containers of web, 0 in all",
		},
		{
			"no label", tasks("web", 1, with("spread", "rack")), zones, "web-1@h1",
			"spread: 0 containers of web where there is no rack, then breadth-first: 0 containers of web, 0 in all",
		},
		{
			"lowest CPU, unmeasured last", tasks("web", 1, by("lowest-cpu")),
			[]Candidate{host("h1"), host("h2", used(0.5)), host("h3", used(0.25))},
			"web-1@h3", "lowest-cpu: 25% of its CPUs, measured 1s ago",
		},
		{
			"an old figure is none", tasks("web", 1, by("lowest-cpu")),
			[]Candidate{host("h1", usedOver(0.1, 2*time.Minute, 0)), host("h2", used(0.5))},
			"web-1@h2", "lowest-cpu: 50% of its CPUs, measured 1s ago",
		},
		{
			"less than a percent is noise", tasks("web", 4, by("lowest-cpu")),
			[]Candidate{host("h1", used(0.102)), host("h2", used(0.101)), host("h3", used(0.3))},
			"web-1@h1 web-2@h2 web-3@h1 web-4@h2", "lowest-cpu: 10% of its CPUs, measured 1s ago",
		},
		{
			"what is placed counts from then on", tasks("web", 3, by("lowest-cpu"), needing(1e9, 0)),
			[]Candidate{host("h1", used(0.1)), host("h2", used(0.3))},
			"web-1@h1 web-2@h2 web-3@h1", "lowest-cpu: 10% of its CPUs, measured 1s ago",
		},
		{
			"what runs is measured already", append(tasks("db", 1, on("h1"), needing(3e9, 0)), tasks("web", 1, by("lowest-cpu"))...),
			[]Candidate{host("h1", used(0.1)), host("h2", used(0.3))},
			"db-1!h1 web-1@h1", "runs there",
		},
		{"nothing measured", tasks("web", 1, by("lowest-memory")), []Candidate{host("h1"), host("h2")}, "web-1@h1", "lowest-memory: not measured"},
		{
			"prefer", tasks("web", 2, with("prefer", "host.free.cpus"), needing(1e9, 0)),
			[]Candidate{host("h1", reserving(1e9, 0)), host("h2", reserving(5e8, 0))},
			"web-1@h2 web-2@h1", "prefer: `host.free.cpus` is 3.5",
		},
		{
			"prefer without a result", tasks("web", 1, with("prefer", "host.capacity.cpus / 0 - host.capacity.cpus / 0")),
			[]Candidate{host("h1"), host("h2")},
			"web-1@h1", "prefer: `host.capacity.cpus / 0 - host.capacity.cpus / 0` has no result",
		},
		{
			"wishes come before orders", tasks("web", 1, with("depth-first", nil, "affinity", "prefer not service db")),
			[]Candidate{host("h1", replicas("db", 1), containers(9)), host("h2")},
			"web-1@h2", "affinity: 1 of 1 preference, then depth-first: 0 containers",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			decisions, err := Place(c.tasks, c.pool)
			assert.NilError(t, err)
			assert.Equal(t, chosen(decisions), c.want)
			assert.Equal(t, decisions[0].Reason, c.reason)
		})
	}
}

func TestBadValues(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		want  string
	}{
		{"affinity", 7, "affinity wants a list of rules"},
		{"affinity", []any{"same", "bad", "worse"}, "not of \"bad\"\naffinity \"worse\""},
		{"labels", "disk", "labels wants a mapping"},
		{"labels", map[string]any{"disk": nil}, "label disk wants a value"},
		{"zone", nil, "zone wants the value of the hosts' label zone"},
		{"hostname", "(", "hostname \"(\": error parsing regexp"},
		{"hostname", nil, "hostname wants a regular expression"},
		{"max-cpu", 75, "max-cpu wants a part of the whole, such as `max-cpu: 0.75`"},
		{"max-cpu", "lots", "max-cpu wants a part of the whole"},
		{"max-memory", 0, "max-memory wants a part of the whole"},
		{"group", nil, "group wants a name"},
		{"spread", 1, "spread wants a label"},
		{"spread", "node.role", "the key is one of"},
		{"when", nil, "when wants an expression"},
		{"when", "host.nam == ''", `there is no "nam"; did you mean "name"?`},
		{"when", "qqqqqqqq", `there is no "qqqqqqqq"`},
		{"when", "1 + 1", "expected bool, but got int"},
		{"when", "all(1..3, # > 1)", "there are no loops over lists here"},
		{"when", "now().Year() > 1", `there is no "now"`},
		{"prefer", "host.name", "expected float64, but got string"},
		{"reserved", 1, "reserved takes no value"},
	} {
		assert.ErrorContains(t, NewCatalog().Check(hosts.Strategy{Name: c.name, Value: c.value}), c.want)
	}
}

func TestExplainRanksWhatIsLeft(t *testing.T) {
	pool := []Candidate{host("h1", containers(2)), host("h2", drained), host("h3"), host("h4", containers(1))}
	decisions, err := NewCatalog().Explain(tasks("web", 2), pool, func(t *Task) bool { return t.Number == 2 })
	assert.NilError(t, err)
	assert.Equal(t, len(decisions[0].Ranked), 0)
	assert.DeepEqual(t, decisions[1].Ranked, []Ranking{
		{"h4", []string{"breadth-first: 0 containers of web, 1 in all"}},
		{"h1", []string{"breadth-first: 0 containers of web, 2 in all"}},
		{"h3", []string{"breadth-first: 1 container of web, 1 in all"}},
	})
	assert.DeepEqual(t, refusals(decisions[1]), []string{"h2 is drained"})
}

func FuzzExpression(f *testing.F) {
	for _, seed := range []string{
		"host.free.memory > 4 * GiB", "host.labels.x matches '('", "1..9", "let a = 1; a > 0", "host?.name ?? ''", "[1,2][5]", "-9223372036854775808 % -1 == 0",
		"'a' in ['b']", "2 ** 99999 > 1", "host.labels[host.name] == '' | lower()", "'x' * 3", "if true { true } else { false }",
	} {
		f.Add(seed)
	}
	c := host("h1")
	s := seatOf(&c)
	tk := task("web", 1)
	f.Fuzz(func(t *testing.T, text string) {
		if rule, err := newWhen(text); err == nil {
			figure, ok := rule.(Filter).Check(&tk, &s)
			again, okAgain := rule.(Filter).Check(&tk, &s)
			assert.Assert(t, figure == again && ok == okAgain)
		}
		if rule, err := newPrefer(text); err == nil {
			_ = rule.(Order).Explain(&tk, &s)
		}
	})
}
