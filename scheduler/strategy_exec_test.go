package scheduler

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestVerdictsOfAProgramFilterAndRank(t *testing.T) {
	said := &Verdicts{Program: "cheapest", Services: map[string]map[string]Verdict{"web": {
		"h1": {Refuse: "too dear"}, "h2": {Score: 1}, "h3": {Score: 2, Reason: "spot"},
	}}}
	decisions, err := Place(tasks("web", 1, with("exec", said)), []Candidate{host("h1"), host("h2"), host("h3"), host("h4")})
	assert.NilError(t, err)
	assert.Equal(t, decisions[0].Host, "h3")
	assert.Equal(t, decisions[0].Reason, "exec: cheapest says 2 (spot)")
	rejected := decisions[0].Rejected.All()
	assert.Equal(t, rejected[0].Reason, "is refused by cheapest (too dear)")
	assert.Equal(t, rejected[1].Reason, "is refused by cheapest (it says nothing of it)")

	// What runs stays, whatever the program thinks of it now.
	decisions, err = Place(tasks("web", 1, with("exec", said), on("h1")), []Candidate{host("h1"), host("h2")})
	assert.NilError(t, err)
	assert.Equal(t, decisions[0].Host, "h1")
}

func TestVerdictsOfALocationAreOnItsHostsAlone(t *testing.T) {
	said := &Verdicts{Program: "cheapest", Services: map[string]map[string]Verdict{
		"web": {"h1": {Refuse: "too dear"}, "h2": {Score: 1}},
		"db":  {"h1": {Score: 1}},
	}}
	pool := []Candidate{host("h1"), host("h2"), host("h3")}
	pool[2].Host.Location = "us"
	for i := range pool[:2] {
		pool[i].Host.Location = "eu"
		pool[i].Strategies = []hosts.Strategy{{Name: "exec", Value: said}}
	}
	place := func(service string, edits ...func(*Task)) string {
		decisions, err := Place(tasks(service, 1, edits...), pool)
		assert.NilError(t, err)
		return decisions[0].Host
	}
	inEU := func(t *Task) { t.Locations = []string{"eu"} }
	assert.Equal(t, place("web", inEU), "h2")
	assert.Equal(t, place("db", inEU), "h1")
	assert.Equal(t, place("cache"), "h3", "it says nothing of the others for it")
}

func TestAProgramThatWasNotAskedIsAnError(t *testing.T) {
	_, err := Place(tasks("web", 1, with("exec", "cheapest")), []Candidate{host("h1")})
	assert.Error(t, err, `place web-1: the program "cheapest" wasn't asked`)
}
