package hetzner

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/hetznercloud/hcloud-go/v2/hcloud"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// Create asks for a server. Servers' names are unique in a project, and so a
// second order for one is refused by the cloud itself, however soon it comes. The
// name of one that is being deleted is waited for.
func (p *provider) Create(ctx context.Context, o hosts.Order) (hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wanted, err := p.wanted(ctx, o)
	if err != nil {
		return hosts.Machine{}, err
	}
	for {
		made, _, err := p.client.Server.Create(ctx, wanted)
		switch {
		case err == nil:
			return machine(made.Server, o.Location), nil
		case !hcloud.IsError(err, hcloud.ErrorCodeUniquenessError):
			return hosts.Machine{}, failed(fmt.Sprintf("create server %s (%s, %s, %s)", o.Name, wanted.ServerType.Name, wanted.Image.Name, wanted.Location.Name), err)
		}
		if there, found, err := p.existing(ctx, o, wanted.Name); found || err != nil {
			return there, err
		}
		select {
		case <-ctx.Done():
			return hosts.Machine{}, fmt.Errorf("create server %s: the last one of that name is still being deleted: %w", wanted.Name, ctx.Err())
		case <-time.After(p.pause):
		}
	}
}

// wanted is the server as the order and the template want it.
func (p *provider) wanted(ctx context.Context, o hosts.Order) (hcloud.ServerCreateOpts, error) {
	t := o.Location.Template
	labels, err := tag.Of(o).Spell()
	if err != nil {
		return hcloud.ServerCreateOpts{}, err
	}
	size := cmp.Or(o.Size, t.Text("size"))
	if size == "" {
		return hcloud.ServerCreateOpts{}, fmt.Errorf("location %s: the template names no size, such as cx23", o.Location.Name)
	}
	wanted := hcloud.ServerCreateOpts{
		Name:       tag.MachineName(tag.Of(o)),
		ServerType: &hcloud.ServerType{Name: size},
		Image:      &hcloud.Image{Name: cmp.Or(t.Text("image"), defaultImage)},
		Location:   &hcloud.Location{Name: region(o.Location)},
		UserData:   o.UserData,
		Labels:     labels,
	}
	return wanted, p.surroundings(ctx, o.Location, &wanted)
}

// existing is the server that an earlier order made; found is false where it is
// about to be gone. That of somebody else is left alone.
func (p *provider) existing(ctx context.Context, o hosts.Order, name string) (there hosts.Machine, found bool, err error) {
	server, _, err := p.client.Server.GetByName(ctx, name)
	if err != nil {
		return there, false, failed("look for server "+name, err)
	}
	if server == nil {
		return there, false, nil
	}
	there = machine(server, o.Location)
	if there.Name != o.Name || there.Location != o.Location.Name {
		return there, false, fmt.Errorf("create server %s: the project has a server of that name without our labels: rename it: %w", name, hosts.ErrConflict)
	}
	return there, there.State != hosts.MachineDeleting, nil
}

func region(l hosts.Location) string { return cmp.Or(l.Template.Text("region"), defaultRegion) }
