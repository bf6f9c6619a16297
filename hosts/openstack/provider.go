package openstack

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"github.com/clocker-compose/clocker-compose/hosts"
)

// Provider makes the machines of one location. It may be used by several
// goroutines.
type Provider struct {
	template template
	cloud    *cloud
}

// List is one request for each page of servers that the project has: the cloud
// filters by metadata for administrators alone.
func (p *Provider) List(ctx context.Context, location hosts.Location) ([]hosts.Machine, error) {
	s, err := p.cloud.connect(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.servers(ctx, func(tags map[string]string) bool { return tags[hosts.TagLocation] == location.Name })
	if err != nil {
		return nil, fmt.Errorf("list servers: %w", err)
	}
	machines := make([]hosts.Machine, len(found))
	for i, server := range found {
		machines[i] = p.template.machine(server)
	}
	return distinct(machines), nil
}

// distinct sorts machines, which come with the oldest first, by name. Where two
// have one name, as a run was cut short that was about to delete one, the oldest
// is that machine; the others are broken, and have their ID in their names.
func distinct(machines []hosts.Machine) []hosts.Machine {
	slices.SortStableFunc(machines, func(a, b hosts.Machine) int { return cmp.Compare(a.Name, b.Name) })
	there := map[string]bool{}
	for i, m := range machines {
		if m.State == hosts.MachineDeleting {
			continue
		}
		if there[m.Name] {
			machines[i].Name = m.Name + "-" + m.ID
			machines[i].State, machines[i].Fault = hosts.MachineBroken, "an older server is "+m.Name
		}
		there[m.Name] = true
	}
	return machines
}

// servers are those whose metadata match, the oldest first.
func (s *services) servers(ctx context.Context, match func(tags map[string]string) bool) ([]servers.Server, error) {
	pages, err := servers.List(s.compute, servers.ListOpts{}).AllPages(ctx)
	if err != nil {
		return nil, explain(ctx, err)
	}
	all, err := servers.ExtractServers(pages)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(s servers.Server) bool { return !match(s.Metadata) })
	slices.SortFunc(all, func(a, b servers.Server) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return all, nil
}

// Delete deletes the machine's floating address, then its server.
func (p *Provider) Delete(ctx context.Context, machine hosts.Machine) error {
	s, err := p.cloud.connect(ctx)
	if err != nil {
		return err
	}
	if err := s.release(ctx, machine.Location, machine.Name, machine.ID); err != nil {
		return fmt.Errorf("delete the floating address of machine %s: %w", machine.Name, err)
	}
	err = s.deleteServer(ctx, machine.ID)
	if err == nil && machine.State == hosts.MachineMaking {
		err = s.awaitGone(ctx, machine.ID)
	}
	if err != nil {
		return fmt.Errorf("delete machine %s: %w", machine.Name, err)
	}
	return nil
}

// farewell is how long a server that was deleted is looked at.
const farewell = 30 * time.Second

// awaitGone waits until a server that was deleted while it was being made is gone:
// the cloud finishes it first, and shows it as one that runs for a moment. If that
// takes longer the cloud goes on by itself.
func (s *services) awaitGone(ctx context.Context, id string) error {
	for end := time.Now().Add(farewell); time.Now().Before(end); {
		server, err := servers.Get(ctx, s.compute, id).Extract()
		switch {
		case gophercloud.ResponseCodeIs(err, http.StatusNotFound):
			return nil
		case err != nil:
			return explain(ctx, err)
		}
		if now, _ := state(*server); now == hosts.MachineRunning {
			if err := s.deleteServer(ctx, id); err != nil {
				return err
			}
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
	}
	return nil
}

func (s *services) deleteServer(ctx context.Context, id string) error {
	err := servers.Delete(ctx, s.compute, id).ExtractErr()
	if err == nil || gophercloud.ResponseCodeIs(err, http.StatusNotFound) {
		return nil
	}
	return explain(ctx, err)
}

// Sizes are the cloud's flavors. What they cost is nowhere in its interface.
func (p *Provider) Sizes(ctx context.Context, _ hosts.Location) ([]hosts.Size, error) {
	s, err := p.cloud.connect(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.flavors(ctx)
	if err != nil {
		return nil, fmt.Errorf("list flavors: %w", err)
	}
	sizes := make([]hosts.Size, len(all))
	for i, f := range all {
		sizes[i] = hosts.Size{Name: f.Name, Resources: hosts.Resources{
			NanoCPUs: int64(f.VCPUs) * 1e9, MemoryBytes: int64(f.RAM) << 20,
		}}
	}
	return sizes, nil
}

func (s *services) flavors(ctx context.Context) ([]flavors.Flavor, error) {
	pages, err := flavors.ListDetail(s.compute, flavors.ListOpts{}).AllPages(ctx)
	if err != nil {
		return nil, explain(ctx, err)
	}
	return flavors.ExtractFlavors(pages)
}

// isRefusal tells an order that the cloud has refused from one whose fate is
// unknown: no answer came, or one that a proxy may have given.
func isRefusal(err error) bool {
	var answer gophercloud.ErrUnexpectedResponseCode
	return errors.As(err, &answer) && answer.Actual < http.StatusInternalServerError
}
