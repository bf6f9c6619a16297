package main

import (
	"context"
	"fmt"
	"net"
	"strings"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/join"
	"github.com/clocker-compose/clocker-compose/weave"
)

// diagnoseFabric asks the routers of hosts that have joined whether each is
// connected with each other: while they have the ports, they alone can tell
// whether UDP gets through.
func (s *session) diagnoseFabric(ctx context.Context, seen []hosts.Observation) ([]join.Finding, error) {
	details, err := s.details(ctx, seen)
	if err != nil {
		return nil, err
	}
	var found []join.Finding
	for _, d := range details {
		switch {
		case d.FabricError != "":
			found = append(found, join.Finding{Host: d.Host.Name, Status: join.Fault, Check: "fabric", Text: d.FabricError})
		case d.Fabric != nil:
			found = append(found, d.findings(details)...)
		}
	}
	return found, nil
}

// findings are what is wrong between a joined host and the others that have joined.
func (d hostDetail) findings(all []hostDetail) []join.Finding {
	var found []join.Finding
	fault := func(text, fix string) {
		found = append(found, join.Finding{Host: d.Host.Name, Status: join.Fault, Check: "fabric", Text: text, Fix: fix})
	}
	if d.Fabric.Problem != "" {
		fault(d.Fabric.Problem, "")
	}
	for _, other := range all {
		if other.Fabric == nil || other.Host.Name == d.Host.Name {
			continue
		}
		c, connected := d.connection(other)
		switch {
		case !connected:
			fault(fmt.Sprintf("its router has no connection with that of %s%s", other.Host.Name, stateOf(c)),
				fmt.Sprintf("open %d/tcp, %d/udp and %d/udp between the hosts", weave.Port, weave.Port, weave.Port+1))
		case d.Fabric.Datapath == "fast" && other.Fabric.Datapath == "fast" && strings.Contains(c.Info, "sleeve"):
			fault(fmt.Sprintf("packets to %s take the slow way, though both have the fast one", other.Host.Name),
				fmt.Sprintf("open %d/udp between the hosts", weave.Port+1))
		}
	}
	if len(found) == 0 {
		found = append(found, join.Finding{Host: d.Host.Name, Status: join.OK, Check: "fabric", Text: "its router is connected with the others"})
	}
	return found
}

// connection is the router's with another host's: the one that is established,
// else one that it tries to make.
func (d hostDetail) connection(other hostDetail) (best weave.Connection, established bool) {
	for _, c := range d.Fabric.Connections {
		ip, _, _ := net.SplitHostPort(c.Address)
		if ip != other.Host.Address && !strings.Contains(c.Info, other.Fabric.Peer) {
			continue
		}
		if c.State == "established" {
			return c, true
		}
		best = c
	}
	return best, false
}

// stateOf is ": pending (REASON)", "" for no connection at all.
func stateOf(c weave.Connection) string {
	if c.State == "" {
		return ""
	}
	reason, _, _ := strings.Cut(c.Info, ", retry")
	return fmt.Sprintf(": %s (%s)", c.State, reason)
}
