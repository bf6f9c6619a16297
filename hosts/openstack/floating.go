package openstack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// description says whose a floating address is.
func description(location, name, server string) string {
	return fmt.Sprintf("io.clocker %s %s %s", location, name, server)
}

// ensureFloating gives the server a floating address, unless it has one.
func (c creation) ensureFloating(ctx context.Context, s servers.Server) (servers.Server, error) {
	if address, _ := c.template.addresses(s); address != "" {
		return s, nil
	}
	port, err := c.portOf(ctx, s.ID)
	if err != nil {
		return s, err
	}
	if err := c.float(ctx, s.ID, port); err != nil {
		return s, fmt.Errorf("give it a floating address of %s: %w", c.template.floatingNetwork, err)
	}
	found, err := servers.Get(ctx, c.compute, s.ID).Extract()
	if err != nil {
		return s, explain(ctx, err)
	}
	return *found, nil
}

// float makes the address, or ties the one to the port that an interrupted run made.
func (c creation) float(ctx context.Context, server, port string) error {
	whose := description(c.order.Location.Name, c.order.Name, server)
	made, err := c.floating(ctx, whose)
	if err != nil {
		return err
	}
	if len(made) > 0 {
		return c.tie(ctx, made[0], port)
	}
	network, err := c.networkID(ctx, c.template.floatingNetwork)
	if err != nil {
		return err
	}
	_, err = floatingips.Create(ctx, c.network, floatingips.CreateOpts{
		FloatingNetworkID: network, PortID: port, Description: whose,
	}).Extract()
	if err == nil {
		return nil
	}
	// Another run may have been faster, or the answer is lost.
	made, unknown := c.floating(ctx, whose)
	if unknown == nil && slices.ContainsFunc(made, func(f floatingips.FloatingIP) bool { return f.PortID == port }) {
		return nil
	}
	return explain(ctx, err)
}

func (s *services) tie(ctx context.Context, address floatingips.FloatingIP, port string) error {
	if address.PortID == port {
		return nil
	}
	_, err := floatingips.Update(ctx, s.network, address.ID, floatingips.UpdateOpts{PortID: &port}).Extract()
	return explainUnlessNil(ctx, err)
}

func explainUnlessNil(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	return explain(ctx, err)
}

// portOf waits for the server's port on the first network of the template, or
// on any where the cloud chooses.
func (c creation) portOf(ctx context.Context, server string) (string, error) {
	by := ports.ListOpts{DeviceID: server}
	if len(c.template.networks) > 0 {
		id, err := c.networkID(ctx, c.template.networks[0])
		if err != nil {
			return "", err
		}
		by.NetworkID = id
	}
	for {
		s, err := servers.Get(ctx, c.compute, server).Extract()
		if err != nil {
			return "", explain(ctx, err)
		}
		found, err := c.ports(ctx, by)
		if err != nil {
			return "", fmt.Errorf("look up its ports: %w", err)
		}
		if len(found) > 0 {
			return found[0].ID, nil
		}
		if s.Status != "BUILD" {
			return "", errors.New("the server has no port")
		}
		if err := wait(ctx, pause); err != nil {
			return "", err
		}
	}
}

func (s *services) ports(ctx context.Context, by ports.ListOpts) ([]ports.Port, error) {
	pages, err := ports.List(s.network, by).AllPages(ctx)
	if err != nil {
		return nil, explain(ctx, err)
	}
	return ports.ExtractPorts(pages)
}

func (s *services) floating(ctx context.Context, whose string) ([]floatingips.FloatingIP, error) {
	pages, err := floatingips.List(s.network, floatingips.ListOpts{Description: whose}).AllPages(ctx)
	if err != nil {
		return nil, explain(ctx, err)
	}
	return floatingips.ExtractFloatingIPs(pages)
}

// release deletes the floating addresses that were made for a server. A cloud
// without routers has none.
func (s *services) release(ctx context.Context, location, name, server string) error {
	made, err := s.floating(ctx, description(location, name, server))
	if errors.Is(err, hosts.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, address := range made {
		err := floatingips.Delete(ctx, s.network, address.ID).ExtractErr()
		if err != nil && !gophercloud.ResponseCodeIs(err, http.StatusNotFound) {
			return explain(ctx, err)
		}
	}
	return nil
}
