package driver

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/miekg/dns"

	"github.com/clocker-compose/clocker-compose/weave/driver/names"
	"github.com/clocker-compose/clocker-compose/weave/driver/pin"
	"github.com/clocker-compose/clocker-compose/weave/driver/records"
	"github.com/clocker-compose/clocker-compose/weave/driver/store"
	"github.com/clocker-compose/clocker-compose/weave/driver/wire"
	"github.com/clocker-compose/clocker-compose/weave/notes"
)

// assemble makes a driver of the parts that act on a real host.
func assemble(c Config, known *store.Store, links wire.Wire) (*Driver, *names.Server, *records.Keeper) {
	weave := names.Forwarder{Timeout: time.Second, Servers: func() []string { return []string{c.RouterDNS} }}
	server := &names.Server{Limit: &names.Limit{Total: 256, Each: 32}, Log: c.Log}
	d := New(Parts{
		Store: known, Links: links, Names: server, Pin: pinAll, Log: c.Log,
		Note: func(problem string) error { return c.note(notes.Problem, problem) },
	})
	server.Answerer = names.Answerer{Directory: d, Weave: weave, Outside: names.Forwarder{
		Timeout: 1500 * time.Millisecond, Servers: func() []string { return names.Resolvers(c.ResolvConf) },
	}}
	keeper := records.New(records.Options{
		Router: records.Weaver{URL: "http://" + c.RouterHTTP, Client: &http.Client{Timeout: time.Second}},
		Want:   d.Records, Token: token(), Log: c.Log,
		Known: func(ctx context.Context, fqdn string) (bool, error) {
			reply, err := weave.Exchange(ctx, new(dns.Msg).SetQuestion(fqdn, dns.TypeA), false)
			return err == nil && len(reply.Answer) > 0, err
		},
	})
	d.Publish = keeper.Update
	return d, server, keeper
}

// token is a record that no router had before this run.
func token() records.Record {
	return records.Record{
		Owner:   "clocker-driver",
		FQDN:    names.FQDN("run-"+rand.Text(), "clocker--driver"),
		Address: netip.AddrFrom4([4]byte{127, 0, 0, 1}),
	}
}

func pinAll(networks []store.Network, endpoints []store.Endpoint) error {
	subnets := map[string]netip.Prefix{}
	for _, n := range networks {
		subnets[n.ID] = n.Subnet
	}
	rules := pin.Rules{Prefix: wire.PortPrefix, Uplink: wire.Uplink}
	for _, e := range endpoints {
		mac, err := net.ParseMAC(e.MAC)
		if err != nil {
			return fmt.Errorf("read hardware address of endpoint %s: %w", e.ID, err)
		}
		if subnet, ok := subnets[e.Network]; ok && e.Sandbox != "" {
			rules.Ports = append(rules.Ports, pin.Port{Link: wire.PortName(e.ID), MAC: mac, Address: e.Address, Subnet: subnet})
		}
	}
	return rules.Apply()
}
