package plan_test

import (
	"strings"
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/compose/plan"
	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestOccupied(t *testing.T) {
	router := hosts.Container{Name: "router", Labels: map[string]string{hosts.LabelFabric: "router"}}
	volume := func(name string, labels ...string) hosts.Volume {
		v := hosts.Volume{Name: name, Labels: map[string]string{}}
		for _, l := range labels {
			v.Labels[l] = "x"
		}
		return v
	}
	for _, c := range []struct {
		name string
		o    hosts.Observation
		want string
	}{
		{name: "nothing"},
		{name: "the fabric, and its volume", o: hosts.Observation{Containers: []hosts.Container{router}, Volumes: []hosts.Volume{volume(hosts.FabricVolume)}}},
		{name: "a volume of nobody knows whom", o: hosts.Observation{Volumes: []hosts.Volume{volume("peers")}}, want: "volume peers is on it"},
		{name: "somebody's container", o: hosts.Observation{Containers: []hosts.Container{router, {Name: "db"}}}, want: "container db is on it"},
		{name: "data", o: hosts.Observation{Volumes: []hosts.Volume{volume("shop_data", hosts.LabelProject)}}, want: "volume shop_data is on it"},
		{name: "no name", o: hosts.Observation{Volumes: []hosts.Volume{volume(strings.Repeat("a0", 32))}}},
		{name: "our mark", o: hosts.Observation{Volumes: []hosts.Volume{volume("clocker-drained", hosts.LabelDrained)}}},
		{name: "files that were shipped", o: hosts.Observation{Volumes: []hosts.Volume{volume("shop_files", hosts.LabelProject, hosts.LabelFiles)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.o.Host.Status.Ready = true
			assert.Equal(t, plan.Occupied(&c.o), c.want)
		})
	}
	silent := &hosts.Observation{Host: hosts.Host{Status: hosts.Status{Reason: "connection refused"}}}
	assert.Equal(t, plan.Occupied(silent), "it doesn't answer: connection refused")
}
