package main

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/fake"
)

// Who watches hosts meets machines that have the name and the address of one that
// is gone: they are reached by their own host key.
func TestAConnectionIsOneMachines(t *testing.T) {
	var opened []string
	c := newConnections(func(h hosts.Host) (engine, error) {
		opened = append(opened, h.Endpoint.SSH.KnownHosts)
		return declared{fake.New(h), h}, nil
	})
	for _, key := range []string{"first", "first", "second", "second"} {
		_, err := c.connect(hosts.Host{Name: "burst-1", Endpoint: hosts.Endpoint{URL: "ssh://root@192.0.2.1", SSH: hosts.SSH{KnownHosts: key}}})
		assert.NilError(t, err)
	}
	assert.DeepEqual(t, opened, []string{"first", "second"})
	assert.NilError(t, c.close())
}
