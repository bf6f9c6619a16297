package driver

import (
	"net/netip"

	"github.com/clocker-compose/clocker-compose/weave/driver/names"
	"github.com/clocker-compose/clocker-compose/weave/driver/records"
	"github.com/clocker-compose/clocker-compose/weave/driver/store"
)

// view is what names are answered from: the containers that have joined, as
// of one moment.
type view struct {
	networks map[string]store.Network
	joined   []store.Endpoint
	at       map[netip.Addr]store.Endpoint
	named    map[zoned][]store.Endpoint
}

type zoned struct{ zone, name string }

func newView(networks []store.Network, endpoints []store.Endpoint) *view {
	v := &view{networks: map[string]store.Network{}, at: map[netip.Addr]store.Endpoint{}, named: map[zoned][]store.Endpoint{}}
	for _, n := range networks {
		v.networks[n.ID] = n
	}
	for _, e := range endpoints {
		if n, ok := v.networks[e.Network]; ok && e.Sandbox != "" {
			v.add(n, e)
		}
	}
	return v
}

func (v *view) add(n store.Network, e store.Endpoint) {
	v.joined = append(v.joined, e)
	v.at[e.Address] = e
	for _, name := range e.Names {
		key := zoned{n.Zone, name}
		v.named[key] = append(v.named[key], e)
	}
}

// Asker finds the container that has the address, and all its networks.
func (d *Driver) Asker(a netip.Addr) (names.Asker, bool) {
	v := d.view.Load()
	e, ok := v.at[a]
	if !ok {
		return names.Asker{}, false
	}
	asker := names.Asker{Links: map[string]string{}}
	for _, other := range v.joined {
		if other.Sandbox != e.Sandbox {
			continue
		}
		n := v.networks[other.Network]
		asker.Networks = append(asker.Networks, names.Network{Zone: n.Zone, Subnet: n.Subnet, Internal: n.Internal})
		for alias, name := range other.Links {
			asker.Links[alias] = name
		}
	}
	return asker, true
}

// Local returns the addresses of this host's containers that bear the name in
// the zone, and aren't withheld.
func (d *Driver) Local(zone, name string) []netip.Addr {
	var addresses []netip.Addr
	for _, e := range d.view.Load().named[zoned{zone, name}] {
		if !d.withheld.has(e.Names) {
			addresses = append(addresses, e.Address)
		}
	}
	return addresses
}

// NameOf returns a name of this host's container with the address in the zone, or "".
func (d *Driver) NameOf(zone string, a netip.Addr) string {
	v := d.view.Load()
	e, ok := v.at[a]
	if !ok || v.networks[e.Network].Zone != zone || len(e.Names) == 0 {
		return ""
	}
	return e.Names[0]
}

// Fabric tells whether the address is of a network of the fabric on this host.
func (d *Driver) Fabric(a netip.Addr) bool {
	for _, n := range d.view.Load().networks {
		if n.Subnet.Contains(a) {
			return true
		}
	}
	return false
}

// Records are what the router should know of this host.
func (d *Driver) Records() []records.Record {
	v := d.view.Load()
	var all []records.Record
	for _, e := range v.joined {
		if d.withheld.has(e.Names) {
			continue
		}
		for _, name := range e.Names {
			all = append(all, records.Record{Owner: e.ID, FQDN: names.FQDN(name, v.networks[e.Network].Zone), Address: e.Address})
		}
	}
	return all
}
