package scheduler

import (
	"errors"
	"testing"

	"gotest.tools/v3/assert"
)

func TestParseAffinity(t *testing.T) {
	for text, want := range map[string]string{
		"service cache":           "service cache",
		"  NOT   Service db ":     "not service db",
		"NOT TYPE db":             "not service db",
		"SAME TYPE db":            "service db",
		"NAME web*":               "service web*",
		"ID shop/db":              "service shop/db",
		"not service shop/db":     "not service shop/db",
		"APPLICATION shop":        "project shop",
		"not project x":           "not project x",
		"NOT APPLICATION":         "not project",
		"SAME":                    "same",
		"NOT SAME":                "not same",
		"not service":             "not same",
		"EMPTY":                   "empty",
		"not empty":               "not empty",
		"prefer not same":         "prefer not same",
		"PREFER SAME APPLICATION": "prefer project",
		"prefer service cache":    "prefer service cache",
		"service prefer":          "service prefer",
		"prefer not service not":  "prefer not service not",
		"not project shop-[ab]":   "not project shop-[ab]",
	} {
		r, err := ParseAffinity(text)
		assert.NilError(t, err)
		assert.Equal(t, r.String(), want, text)
		again, err := ParseAffinity(r.String())
		assert.NilError(t, err)
		assert.Equal(t, again, r)
	}
}

func TestBadAffinitySaysWhere(t *testing.T) {
	for _, c := range []struct {
		text string
		at   int
		want string
	}{
		{"", 0, "say what the rule speaks of"},
		{"not", 3, "say what the rule speaks of"},
		{"not servce db", 4, `not of "servce"`},
		{"service db cache", 11, `nothing may follow a rule, but "cache" does`},
		{"not not same", 4, `not of "not"`},
		{"id db", 3, `an id is PROJECT/SERVICE, not "db"`},
		{"service a/b/c", 8, `"a/b/c" isn't NAME or PROJECT/NAME`},
		{"service /b", 8, `"/b" isn't NAME or PROJECT/NAME`},
		{"project a/b", 8, "a project's name has no /"},
		{"service [", 8, `"[" isn't a name or a pattern of one`},
		{"empty host", 6, "nothing may follow empty"},
	} {
		_, err := ParseAffinity(c.text)
		assert.ErrorContains(t, err, c.want)
		var syntax *SyntaxError
		assert.Assert(t, errors.As(err, &syntax))
		assert.Equal(t, syntax.At(), c.at, c.text)
	}
}

func FuzzParseAffinity(f *testing.F) {
	for _, seed := range []string{"not service db", "SAME TYPE a/b", "prefer empty", "project [", "id x/", "not  same  "} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := ParseAffinity(text)
		if err != nil {
			var syntax *SyntaxError
			assert.Assert(t, errors.As(err, &syntax))
			assert.Assert(t, syntax.Offset >= 0 && syntax.Offset <= len(text))
			return
		}
		again, err := ParseAffinity(r.String())
		assert.NilError(t, err)
		assert.Equal(t, again, r)
		aim := r.target(&Task{Project: "p", Service: "s"})
		if !r.Empty && aim.exact() {
			assert.Assert(t, aim.matches(aim.key()))
		}
	})
}

func TestAffinity(t *testing.T) {
	keep := func(rules ...any) func(*Task) { return with("affinity", rules) }
	three := []Candidate{host("h1"), host("h2"), host("h3")}
	for _, c := range []struct {
		name  string
		tasks [][]Task
		pool  []Candidate
		want  string
	}{
		{
			"joins what is there",
			[][]Task{tasks("web", 2, keep("service cache"))},
			[]Candidate{host("h1"), host("h2", replicas("cache", 1))},
			"web-1@h2 web-2@h2",
		},
		{"is placed after what it joins", [][]Task{tasks("a", 2, keep("service b")), tasks("b", 1)}, three, "a-1@h1 a-2@h1 b-1@h1"},
		{
			"a chain",
			[][]Task{tasks("a", 1, keep("service b")), tasks("b", 1, keep("service c")), tasks("c", 1, on("h3"))},
			three,
			"a-1@h3 b-1@h3 c-1!h3",
		},
		{
			"two that want each other",
			[][]Task{tasks("a", 2, keep("service b")), tasks("b", 2, keep("service a"))},
			three,
			"a-1@h1 a-2@h1 b-1@h1 b-2@h1",
		},
		{"all on one host", [][]Task{tasks("a", 1), tasks("web", 3, keep("same"))}, three, "a-1@h1 web-1@h2 web-2@h2 web-3@h2"},
		{"one on a host", [][]Task{tasks("web", 3, keep("not same"), by("depth-first"))}, three, "web-1@h1 web-2@h2 web-3@h3"},
		{
			"away from what is there",
			[][]Task{tasks("web", 1, keep("not service db"))},
			[]Candidate{host("h1", replicas("db", 1)), host("h2", containers(3))},
			"web-1@h2",
		},
		{
			"away from what comes later",
			[][]Task{tasks("a", 1, keep("not service web")), tasks("web", 3)},
			three,
			"a-1@h1 web-1@h2 web-2@h3 web-3@h2",
		},
		{
			"away from a project",
			[][]Task{tasks("web", 1, keep("not project x"))},
			[]Candidate{host("h1", inProject("x", "db")), host("h2", containers(1))},
			"web-1@h2",
		},
		{
			"away from a pattern",
			[][]Task{tasks("web", 1, keep("not service */d*"))},
			[]Candidate{host("h1", inProject("x", "db")), host("h2", containers(1))},
			"web-1@h2",
		},
		{
			"empty hosts",
			[][]Task{tasks("web", 2, keep("empty"))},
			[]Candidate{host("h1", containers(1)), host("h2"), host("h3")},
			"web-1@h2 web-2@h3",
		},
		{
			"a wish ranks",
			[][]Task{tasks("web", 1, keep("prefer service cache"))},
			[]Candidate{host("h1"), host("h2", replicas("cache", 1), containers(5))},
			"web-1@h2",
		},
		{"a wish that can't be", [][]Task{tasks("web", 4, keep("prefer not same"))}, three, "web-1@h1 web-2@h2 web-3@h3 web-4@h1"},
		{
			"who breaks a new rule moves",
			[][]Task{tasks("db", 1, on("h1")), tasks("web", 1, on("h1"), keep("not service db"))},
			three,
			"db-1!h1 web-1@h2",
		},
		{
			"and so does who is objected to",
			[][]Task{tasks("a", 1, on("h1"), keep("not service web")), tasks("web", 1, on("h1"))},
			three,
			"a-1!h1 web-1@h2",
		},
		{"who is alone stays", [][]Task{tasks("web", 2, on("h1"), keep("same"))}, three, "web-1!h1 web-2!h1"},
		{
			"a host for itself",
			[][]Task{tasks("db", 2, with("exclusive", nil)), tasks("web", 2)},
			three,
			"db-1@h1 db-2@h2 web-1@h3 web-2@h3",
		},
		{
			"of another project",
			[][]Task{tasks("web", 1)},
			[]Candidate{host("h1", func(c *Candidate) { c.Exclusive = "x/db" }), host("h2", containers(4))},
			"web-1@h2",
		},
		{
			"a stranger doesn't move it",
			[][]Task{tasks("db", 1, with("exclusive", nil), on("h1"))},
			[]Candidate{host("h1", containers(2)), host("h2")},
			"db-1!h1",
		},
		{
			"a group shares a host",
			[][]Task{tasks("a", 2, with("group", "g")), tasks("b", 1, with("group", "g"), on("h2")), tasks("c", 1)},
			three,
			"a-1@h2 a-2@h2 b-1!h2 c-1@h1",
		},
		{"groups that overlap are one", [][]Task{
			tasks("a", 1, with("group", "g")), tasks("b", 1, grouped("h")), tasks("c", 1, with("group", "g"), grouped("h")),
		}, three, "a-1@h1 b-1@h1 c-1@h1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var all []Task
			for _, some := range c.tasks {
				all = append(all, some...)
			}
			decisions, err := Place(all, c.pool)
			assert.NilError(t, err)
			assert.Equal(t, chosen(decisions), c.want)
		})
	}
}

func TestAffinityThatCannotBe(t *testing.T) {
	keep := func(rules ...any) func(*Task) { return with("affinity", rules) }
	for want, all := range map[string][]Task{
		`no host for web-1: all 2 hosts break affinity "service cache"; add a host, or relax affinity of web`:        tasks("web", 1, keep("service cache")),
		`no host for web-3: all 2 hosts have web already; it would fit with one more host of 4 CPUs and 8 GiB in eu`: tasks("web", 3, keep("not same")),
		`no host for web-1 with web-2: all 2 hosts break affinity "not same"; add a host, or relax affinity of web`:  tasks("web", 2, keep("not same"), grouped("g")),
	} {
		_, err := Place(all, []Candidate{host("h1"), host("h2")})
		assert.Error(t, err, want)
	}
}

func inProject(project, service string) func(*Candidate) {
	return func(c *Candidate) { c.Replicas = map[string]int{project + "/" + service: 1} }
}
