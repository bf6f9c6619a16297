package openstack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Create returns as soon as the cloud has found a place for the server, which
// is when it is known that there is one.
func (p *Provider) Create(ctx context.Context, order hosts.Order) (hosts.Machine, error) {
	s, err := p.cloud.connect(ctx)
	if err != nil {
		return hosts.Machine{}, err
	}
	c := creation{services: s, template: p.template, order: order}
	server, err := c.ensure(ctx)
	if err == nil && p.template.floatingNetwork != "" {
		server, err = c.ensureFloating(ctx, server)
	}
	if err != nil {
		return hosts.Machine{}, fmt.Errorf("create machine %s: %w", order.Name, err)
	}
	return p.template.machine(server), nil
}

// creation is one order on its way.
type creation struct {
	*services
	template template
	order    hosts.Order
}

// ensure returns the order's server, which is made where there is none.
func (c creation) ensure(ctx context.Context) (servers.Server, error) {
	found, err := c.find(ctx)
	if err != nil || len(found) > 0 {
		return first(found), errors.Join(err, c.deleteLater(ctx, found))
	}
	wanted, err := c.specify(ctx)
	if err != nil {
		return servers.Server{}, err
	}
	made, err := servers.Create(ctx, c.compute, wanted, nil).Extract()
	switch {
	case err == nil:
		return c.settle(ctx, made.ID)
	case isRefusal(err) || ctx.Err() != nil:
		return servers.Server{}, explain(ctx, err)
	}
	// The answer is lost; the server may be there.
	if found, lost := c.find(ctx); lost == nil && len(found) > 0 {
		return c.settle(ctx, found[0].ID)
	}
	return servers.Server{}, explain(ctx, err)
}

// find returns the order's servers, the oldest first: more than one only where
// two runs asked at the same moment. One that is on its way out is none.
func (c creation) find(ctx context.Context) ([]servers.Server, error) {
	found, err := c.servers(ctx, func(tags map[string]string) bool {
		return tags[hosts.TagLocation] == c.order.Location.Name && tags[hosts.TagName] == c.order.Name
	})
	return slices.DeleteFunc(found, func(s servers.Server) bool {
		now, _ := state(s)
		return now == hosts.MachineDeleting
	}), err
}

func first(found []servers.Server) servers.Server {
	if len(found) == 0 {
		return servers.Server{}
	}
	return found[0]
}

// specify turns the order's words into the cloud's IDs.
func (c creation) specify(ctx context.Context) (servers.CreateOptsBuilder, error) {
	size := cmp.Or(c.order.Size, c.template.size)
	if size == "" {
		return nil, errors.New("the template has no size: name a flavor of the cloud")
	}
	flavor, err := c.flavor(ctx, size)
	if err != nil {
		return nil, err
	}
	image, err := c.imageID(ctx, c.template.image)
	if err != nil {
		return nil, err
	}
	wanted := servers.CreateOpts{
		Name: c.order.Name, FlavorRef: flavor, ImageRef: image,
		SecurityGroups: c.template.securityGroups, AvailabilityZone: c.template.zone,
		UserData: []byte(c.order.UserData),
		Metadata: map[string]string{
			hosts.TagLocation: c.order.Location.Name, hosts.TagName: c.order.Name,
			hosts.TagHostKey: c.order.HostKey, tagSize: size,
		},
	}
	if c.template.configDrive {
		wanted.ConfigDrive = &c.template.configDrive
	}
	var on []servers.Network
	for _, word := range c.template.networks {
		id, err := c.networkID(ctx, word)
		if err != nil {
			return nil, err
		}
		on = append(on, servers.Network{UUID: id})
	}
	if len(on) > 0 {
		wanted.Networks = on
	}
	return keypairs.CreateOptsExt{CreateOptsBuilder: wanted, KeyName: c.template.key}, nil
}

// pause is between two looks at a server.
const pause = 500 * time.Millisecond

// settle waits until the cloud has a place for the server, and takes back one
// for which it has none, or whose order another run carried out before.
func (c creation) settle(ctx context.Context, id string) (servers.Server, error) {
	found, err := c.find(ctx)
	if err != nil {
		return servers.Server{}, err
	}
	if err := c.deleteLater(ctx, found); err != nil {
		return servers.Server{}, err
	}
	s := first(found)
	for s.ID == "" || isBeingPlaced(s) {
		next, err := servers.Get(ctx, c.compute, cmp.Or(s.ID, id)).Extract()
		if err != nil {
			return servers.Server{}, explain(ctx, err)
		}
		if s = *next; !isBeingPlaced(s) {
			break
		}
		if err := wait(ctx, pause); err != nil {
			return servers.Server{}, err
		}
	}
	return c.unlessFull(ctx, s)
}

// deleteLater deletes all but the first, which all who have ordered one agree on.
func (c creation) deleteLater(ctx context.Context, found []servers.Server) error {
	for _, later := range found[min(1, len(found)):] {
		if err := c.deleteServer(ctx, later.ID); err != nil {
			return fmt.Errorf("delete the second server %s: %w", later.ID, err)
		}
	}
	return nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// isBeingPlaced is true as long as the scheduler hasn't chosen.
func isBeingPlaced(s servers.Server) bool {
	return s.Status == "BUILD" && (s.TaskState == "scheduling" || s.TaskState == "")
}

func (c creation) unlessFull(ctx context.Context, s servers.Server) (servers.Server, error) {
	if s.Status != "ERROR" || !isCapacity(s.Fault.Message) {
		return s, nil
	}
	if err := c.deleteServer(ctx, s.ID); err != nil {
		return s, fmt.Errorf("%w: %s; and the server stays: %w", hosts.ErrCapacity, s.Fault.Message, err)
	}
	return s, fmt.Errorf("%w: %s", hosts.ErrCapacity, s.Fault.Message)
}
