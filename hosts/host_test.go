package hosts_test

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestMachinesOfOneLocationMeetOnItsPrivateNetwork(t *testing.T) {
	machine := func(location, private string) hosts.Host {
		return hosts.Host{Location: location, Address: "public", Machine: &hosts.Machine{PrivateAddress: private}}
	}
	declared := hosts.Host{Location: "eu", Address: "public"}
	eu := machine("eu", "private")
	assert.Equal(t, eu.AddressFor(machine("eu", "10.0.0.2")), "private")
	assert.Equal(t, eu.AddressFor(machine("us", "10.0.0.2")), "public")
	assert.Equal(t, eu.AddressFor(machine("eu", "")), "public")
	assert.Equal(t, eu.AddressFor(declared), "public")
	assert.Equal(t, declared.AddressFor(eu), "public")
	assert.Equal(t, machine("eu", "").AddressFor(eu), "public")
}
