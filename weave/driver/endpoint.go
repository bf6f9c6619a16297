package driver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/weave/driver/protocol"
	"github.com/clocker-compose/clocker-compose/weave/driver/store"
	"github.com/clocker-compose/clocker-compose/weave/driver/wire"
)

// publishing bounds what a container's start or stop waits for the router.
const publishing = 300 * time.Millisecond

func (d *Driver) publishSoon(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, publishing)
	defer cancel()
	_ = d.Publish(ctx) // what failed is logged there
}

// CreateEndpoint makes a container's place known.
func (d *Driver) CreateEndpoint(_ context.Context, r protocol.CreateEndpoint) (protocol.CreatedEndpoint, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.Store.Network(r.NetworkID); !known {
		return protocol.CreatedEndpoint{}, fmt.Errorf("network %s is not known to the fabric's driver on this host: remove the network and create it again", r.NetworkID)
	}
	e, err := endpoint(r)
	if err != nil {
		return protocol.CreatedEndpoint{}, err
	}
	if err := d.Store.PutEndpoint(e); err != nil {
		return protocol.CreatedEndpoint{}, err
	}
	answer := protocol.CreatedEndpoint{Interface: &protocol.Interface{}}
	if r.Interface.MacAddress == "" {
		answer.Interface.MacAddress = e.MAC
	}
	return answer, nil
}

func endpoint(r protocol.CreateEndpoint) (store.Endpoint, error) {
	if r.Interface == nil || r.Interface.AddressIPv6 != "" {
		return store.Endpoint{}, errors.New("a container on the fabric has one IPv4 address and no IPv6 address")
	}
	address, err := netip.ParsePrefix(r.Interface.Address)
	if err != nil {
		return store.Endpoint{}, fmt.Errorf("read the container's address: %w", err)
	}
	mac := r.Interface.MacAddress
	if mac == "" {
		mac = wire.MAC(address.Addr()).String()
	}
	return store.Endpoint{
		ID: r.EndpointID, Network: r.NetworkID, Address: address.Addr(), MAC: mac,
		Names: list(r.Option(hosts.OptionNames)), Links: links(r.Option(hosts.OptionLinks)),
	}, nil
}

// list reads names separated by commas.
func list(s string) []string {
	var names []string
	for _, name := range strings.Split(strings.ToLower(s), ",") {
		if name = strings.Trim(strings.TrimSpace(name), "."); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// links reads alias=name separated by commas.
func links(s string) map[string]string {
	m := map[string]string{}
	for _, pair := range list(s) {
		if alias, name, ok := strings.Cut(pair, "="); ok {
			m[alias] = name
		}
	}
	return m
}

// DeleteEndpoint takes a container's place away; one that is unknown is no error.
func (d *Driver) DeleteEndpoint(_ context.Context, r protocol.Endpoint) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.Links.RemovePort(r.EndpointID); err != nil {
		return err
	}
	if err := d.Store.DeleteEndpoints(r.EndpointID); err != nil {
		return err
	}
	return d.refresh()
}

// Join makes the container's interface, pinned before anything can pass it.
func (d *Driver) Join(ctx context.Context, r protocol.Join) (protocol.Joined, error) {
	inner, err := d.join(r)
	if err != nil {
		return protocol.Joined{}, err
	}
	d.publishSoon(ctx)
	return protocol.Joined{InterfaceName: protocol.InterfaceName{SrcName: inner, DstPrefix: "eth"}}, nil
}

func (d *Driver) join(r protocol.Join) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, known := d.Store.Endpoint(r.EndpointID)
	if !known {
		return "", fmt.Errorf("endpoint %s is not known to the fabric's driver on this host: start the container again", r.EndpointID)
	}
	mac, err := net.ParseMAC(e.MAC)
	if err != nil {
		return "", fmt.Errorf("read the container's hardware address: %w", err)
	}
	e.Sandbox = r.SandboxKey
	if err := d.Store.DeleteEndpoints(d.former(e)...); err != nil {
		return "", err
	}
	if err := d.Store.PutEndpoint(e); err != nil {
		return "", err
	}
	if err := d.refresh(); err != nil {
		return "", err
	}
	return d.Links.AddPort(e.ID, mac)
}

// former are endpoints that had the address and were never taken away.
func (d *Driver) former(e store.Endpoint) []string {
	var ids []string
	for _, other := range d.Store.Endpoints() {
		if other.ID != e.ID && other.Network == e.Network && other.Address == e.Address {
			ids = append(ids, other.ID)
		}
	}
	return ids
}

// Leave takes the container's interface and names away.
func (d *Driver) Leave(ctx context.Context, r protocol.Endpoint) error {
	if err := d.leave(r.EndpointID); err != nil {
		return err
	}
	d.publishSoon(ctx)
	return nil
}

func (d *Driver) leave(id string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.Links.RemovePort(id); err != nil {
		return err
	}
	e, known := d.Store.Endpoint(id)
	if !known {
		return nil
	}
	e.Sandbox = ""
	if err := d.Store.PutEndpoint(e); err != nil {
		return err
	}
	return d.refresh()
}
