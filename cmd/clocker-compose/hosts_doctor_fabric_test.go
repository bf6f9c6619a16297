package main

import (
	"testing"

	"gotest.tools/v3/assert"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
	"github.com/clocker-compose/clocker-compose/weave"
)

func TestDoctorReadsWhatRoutersSayOfEachOther(t *testing.T) {
	joined := func(name, address, datapath string, all ...weave.Connection) hostDetail {
		return hostDetail{
			Observation: hosts.Observation{Host: hosts.Host{Name: name, Address: address}},
			Fabric:      &weave.Status{Peer: "peer-" + name, Datapath: datapath, Connections: all},
		}
	}
	bare := hostDetail{Observation: hosts.Observation{Host: hosts.Host{Name: "bare", Address: "10.0.0.9"}}}
	for name, c := range map[string]struct {
		one, other hostDetail
		want       string // of the first
	}{
		"connected": {
			joined("h1", "10.0.0.1", "sleeve", weave.Connection{Address: "10.0.0.2:6783", State: "established", Info: "encrypted sleeve peer-h2(h2)"}),
			joined("h2", "10.0.0.2", "sleeve"),
			"ok: its router is connected with the others",
		},
		"from another address, and once more in vain": {
			joined("h1", "10.0.0.1", "fast",
				weave.Connection{Address: "10.0.0.2:6783", State: "failed", Info: "Multiple connections to peer-h2(h2) added"},
				weave.Connection{Address: "192.168.7.2:51234", State: "established", Info: "encrypted fastdp peer-h2(h2) mtu=1376"}),
			joined("h2", "10.0.0.2", "fast"),
			"ok: its router is connected with the others",
		},
		"no UDP": {
			joined("h1", "10.0.0.1", "sleeve", weave.Connection{Address: "10.0.0.2:6783", State: "retrying", Info: "timed out waiting for UDP heartbeat, retry: 12s"}),
			joined("h2", "10.0.0.2", "sleeve"),
			"fault: its router has no connection with that of h2: retrying (timed out waiting for UDP heartbeat); open 6783/tcp, 6783/udp and 6784/udp between the hosts",
		},
		"never tried": {
			joined("h1", "10.0.0.1", "sleeve"), joined("h2", "10.0.0.2", "sleeve"),
			"fault: its router has no connection with that of h2; open 6783/tcp, 6783/udp and 6784/udp between the hosts",
		},
		"the slow way": {
			joined("h1", "10.0.0.1", "fast", weave.Connection{Address: "10.0.0.2:6783", State: "established", Info: "encrypted sleeve peer-h2(h2)"}),
			joined("h2", "10.0.0.2", "fast"),
			"fault: packets to h2 take the slow way, though both have the fast one; open 6784/udp between the hosts",
		},
		"the one way that one of them has": {
			joined("h1", "10.0.0.1", "fast", weave.Connection{Address: "10.0.0.2:6783", State: "established", Info: "encrypted sleeve peer-h2(h2)"}),
			joined("h2", "10.0.0.2", "sleeve"),
			"ok: its router is connected with the others",
		},
		"not joined": {joined("h1", "10.0.0.1", "fast"), bare, "ok: its router is connected with the others"},
	} {
		t.Run(name, func(t *testing.T) {
			found := c.one.findings([]hostDetail{c.one, c.other})
			assert.Equal(t, len(found), 1)
			f := found[0]
			assert.Equal(t, f.Host+" "+f.Check, "h1 fabric")
			text := string(f.Status) + ": " + f.Text
			if f.Status == join.Fault {
				text += "; " + f.Fix
			}
			assert.Equal(t, text, c.want)
		})
	}
}
