package driver

import (
	"context"
	"errors"
	"fmt"
	"net/netip"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/driver/protocol"
	"github.com/clocker-compose/clocker-compose/weave/driver/store"
)

// CreateNetwork makes a network known on this host.
func (d *Driver) CreateNetwork(_ context.Context, r protocol.CreateNetwork) error {
	n, err := network(r)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.Links.Collision(n.Subnet); err != nil {
		return err
	}
	if err := d.open(n); err != nil {
		return errors.Join(err, d.shut(n))
	}
	if err := d.Store.PutNetwork(n); err != nil {
		return errors.Join(err, d.shut(n))
	}
	return d.refresh()
}

func network(r protocol.CreateNetwork) (store.Network, error) {
	if len(r.IPv4Data) != 1 || len(r.IPv6Data) != 0 {
		return store.Network{}, errors.New("a network on the fabric has one IPv4 subnet and no IPv6 subnet")
	}
	pool := r.IPv4Data[0]
	subnet, err := netip.ParsePrefix(pool.Pool)
	if err != nil {
		return store.Network{}, fmt.Errorf("read subnet: %w", err)
	}
	gateway, err := netip.ParsePrefix(pool.Gateway)
	if err != nil {
		return store.Network{}, fmt.Errorf("read gateway: %w", err)
	}
	zone := r.Option(hosts.OptionZone)
	if zone == "" {
		zone = r.NetworkID
	}
	return store.Network{ID: r.NetworkID, Zone: zone, Subnet: subnet.Masked(), Gateway: gateway.Addr(), Internal: r.Internal()}, nil
}

// open makes the network's gateway answer.
func (d *Driver) open(n store.Network) error {
	if err := d.Links.AddGateway(n.Subnet, n.Gateway); err != nil {
		return err
	}
	return d.Names.Listen(n.Gateway)
}

func (d *Driver) shut(n store.Network) error {
	d.Names.Silence(n.Gateway)
	return d.Links.RemoveGateway(n.Subnet, n.Gateway)
}

// DeleteNetwork forgets a network; one that is unknown is no error.
func (d *Driver) DeleteNetwork(_ context.Context, r protocol.DeleteNetwork) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, known := d.Store.Network(r.NetworkID)
	if !known {
		return nil
	}
	if err := d.shut(n); err != nil {
		return err
	}
	if err := d.Store.DeleteNetwork(n.ID); err != nil {
		return err
	}
	return d.refresh()
}
