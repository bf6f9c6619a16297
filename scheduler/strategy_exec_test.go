package scheduler

import (
	"testing"

	"gotest.tools/v3/assert"
)

func TestVerdictsOfAProgramFilterAndRank(t *testing.T) {
	said := &Verdicts{Program: "cheapest", Hosts: map[string]Verdict{
		"h1": {Refuse: "too dear"}, "h2": {Score: 1}, "h3": {Score: 2, Reason: "spot"},
	}}
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

func TestAProgramThatWasNotAskedIsAnError(t *testing.T) {
	_, err := Place(tasks("web", 1, with("exec", "cheapest")), []Candidate{host("h1")})
	assert.Error(t, err, `place web-1: the program "cheapest" wasn't asked: exec can stand among the strategies of projects and services only`)
}
