package plan_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestAHostThatIsntToBeJoinedIsRefusedWhereItIsUsed(t *testing.T) {
	w := newWorld(t, "h1", "h2")
	r := w.request(load(t, "services: {web: {image: app}}"), plan.Options{})
	r.Refused = map[string]string{"h1": "its router has another key"}
	_, err := plan.Up(r)
	assert.Error(t, err, "host h1 can't be joined: its router has another key")
	r.Refused = map[string]string{"h2": "its router has another key"}
	_, err = plan.Up(r) // which has nothing there
	assert.NilError(t, err)
}

func TestAPlanTellsWhatJoiningDoesToOtherProjects(t *testing.T) {
	const service = "services: {web: {image: app}}\n"
	for _, c := range []struct {
		name, file string
		router     bool
		want       []string
	}{
		{"a new host", service, false, nil},
		{"a host with a router that isn't ours", service, true, []string{
			"the container network of h1 is set up anew, for all projects there: it was left unfinished, or has another version, key or settings than yours",
		}},
		{"without encryption", service + "x-clocker: {network: {encrypt: false}}", false, []string{
			"x-clocker.network.encrypt is false: what goes from host to host will be readable on its way, for all projects on these hosts",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, "h1", "h2")
			r := w.request(load(t, c.file), plan.Options{})
			if c.router {
				router := hosts.Container{ID: "r", Name: "clocker-router", Labels: map[string]string{hosts.LabelFabric: "router"}}
				r.State.Host("h1").Containers = append(r.State.Host("h1").Containers, router)
			}
			planned, err := plan.Up(r)
			assert.NilError(t, err)
			assert.DeepEqual(t, planned.Warnings, c.want)
		})
	}
}
