// Package driver is the network driver that every host of the fabric runs as
// a plugin of its engine. It joins containers to the fabric, keeps each to its
// own address, answers the names of its networks, and keeps the router's
// records of this host's containers true.
package driver

import (
	"context"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/clocker-compose/clocker-compose/weave/driver/store"
)

// Links are the host's network links.
type Links interface {
	Collision(netip.Prefix) error
	AddGateway(subnet netip.Prefix, gateway netip.Addr) error
	RemoveGateway(subnet netip.Prefix, gateway netip.Addr) error
	AddPort(endpoint string, mac net.HardwareAddr) (inner string, err error)
	RemovePort(endpoint string) error
	HasPort(endpoint string) (bool, error)
}

// Listener answers names on addresses of this host.
type Listener interface {
	Listen(netip.Addr) error
	Silence(netip.Addr)
}

// Parts are what a driver is made of.
type Parts struct {
	Store *store.Store
	Links Links
	Names Listener
	// Pin keeps the endpoints of the host to their addresses, and no others.
	Pin func([]store.Network, []store.Endpoint) error
	// Publish brings the router's records up to date, for as long as the context
	// lasts. What it can't do is done later without another word.
	Publish func(context.Context) error
	// Note tells users what is wrong on this host; "" that nothing is.
	Note func(problem string) error
	Log  *slog.Logger
}

// Driver answers the engine, one request at a time.
type Driver struct {
	Parts
	mu       sync.Mutex
	view     atomic.Pointer[view]
	withheld withheld
}

// New makes a driver; Restore makes it take up what it left.
func New(p Parts) *Driver {
	d := &Driver{Parts: p}
	d.view.Store(newView(nil, nil))
	return d
}

// refresh makes the pins and what names are answered from follow the store.
func (d *Driver) refresh() error {
	networks, endpoints := d.Store.Networks(), d.Store.Endpoints()
	d.view.Store(newView(networks, endpoints))
	return d.Pin(networks, endpoints)
}
