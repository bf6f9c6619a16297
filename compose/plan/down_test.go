package plan_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/compose/state"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func container(name, service, dependsOn string) hosts.Container {
	return hosts.Container{ID: name, Name: name, Labels: map[string]string{
		hosts.LabelProject: "shop", hosts.LabelService: service, hosts.LabelDependsOn: dependsOn,
	}}
}

func down(r plan.DownRequest, o hosts.Observation) string {
	o.Host = hosts.Host{Name: "h1", Status: hosts.Status{Ready: true}}
	r.Project, r.State = "shop", state.Snapshot{Observations: []hosts.Observation{o}}
	return order(plan.Down(r))
}

// Labels are what a user can write: services that depend on each other in a
// circle go one after the other all the same.
func TestDownCutsCircles(t *testing.T) {
	got := down(plan.DownRequest{}, hosts.Observation{Containers: []hosts.Container{
		container("a", "a", "b:service_started:false"), container("b", "b", "a:service_started:false"), container("c", "c", "c:service_started:false"),
	}})
	assert.Equal(t, got, "h1/remove container b\nh1/remove container a\n  after h1/remove container b\nh1/remove container c\n")
}

func TestDownLeavesWhatOnlyBorrowsTheLabel(t *testing.T) {
	assert.Equal(t, down(plan.DownRequest{}, hosts.Observation{Containers: []hosts.Container{container("tool", "", "")}}), "")
}

func TestDownOfAServiceLeavesTheImagesOfOthers(t *testing.T) {
	image := func(service string) hosts.Image {
		return hosts.Image{Tags: []string{"shop-" + service}, Labels: map[string]string{hosts.LabelProject: "shop", hosts.LabelService: service}}
	}
	got := down(plan.DownRequest{Services: []string{"web"}, Images: "local"}, hosts.Observation{Images: []hosts.Image{image("db"), image("web")}})
	assert.Equal(t, got, "h1/remove image shop-web\n")
}
