package libvirt

import (
	"testing"

	"github.com/digitalocean/go-libvirt"
	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
)

func TestStates(t *testing.T) {
	for _, c := range []struct {
		now     libvirt.DomainState
		started bool
		state   hosts.MachineState
		fault   string
	}{
		{libvirt.DomainRunning, true, hosts.MachineRunning, ""},
		{libvirt.DomainRunning, false, hosts.MachineRunning, ""},
		{libvirt.DomainBlocked, true, hosts.MachineRunning, ""},
		{libvirt.DomainShutoff, false, hosts.MachineMaking, ""},
		{libvirt.DomainShutoff, true, hosts.MachineBroken, "the domain is shut off"},
		{libvirt.DomainPaused, true, hosts.MachineBroken, "the domain is paused"},
		{libvirt.DomainCrashed, true, hosts.MachineBroken, "the domain has crashed"},
		{libvirt.DomainPmsuspended, true, hosts.MachineBroken, "the domain sleeps"},
	} {
		state, fault := state(c.now, c.started)
		assert.Equal(t, state, c.state)
		assert.Equal(t, fault, c.fault)
	}
}

func TestReachable(t *testing.T) {
	on := func(addresses ...string) libvirt.DomainInterface {
		var i libvirt.DomainInterface
		for _, a := range addresses {
			i.Addrs = append(i.Addrs, libvirt.DomainIPAddr{Addr: a})
		}
		return i
	}
	for want, interfaces := range map[string][]libvirt.DomainInterface{
		"":          {on(), on("127.0.0.1", "::1", "fe80::1", "169.254.1.1", "nonsense")},
		"10.0.0.2":  {on("127.0.0.1"), on("fd00::2", "10.0.0.2", "10.0.0.3")},
		"fd00::2":   {on("fe80::1", "fd00::2")},
		"192.0.2.7": {on("fd00::2"), on("192.0.2.7")},
	} {
		assert.Equal(t, reachable(interfaces), want)
	}
}

func TestUUID(t *testing.T) {
	const text = "c7a5fdbd-edaf-9455-926a-d65c16db1809"
	u, err := parseUUID(text)
	assert.NilError(t, err)
	assert.Equal(t, uuidText(u), text)
	for _, wrong := range []string{"", "c7a5", text + "00", "z7a5fdbd-edaf-9455-926a-d65c16db1809"} {
		_, err := parseUUID(wrong)
		assert.ErrorContains(t, err, "isn't the ID of a domain")
	}
}
