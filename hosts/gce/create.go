package gce

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"path"
	"time"

	"github.com/clocker-compose/clocker-compose/hosts"
	"github.com/clocker-compose/clocker-compose/hosts/tag"
)

// Create asks for an instance, and waits until Google knows whether it has room
// for it. Names are unique in a zone, and so a second order for one is refused by
// the cloud itself, however soon it comes.
func (p *provider) Create(ctx context.Context, o hosts.Order) (hosts.Machine, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wanted, err := wanted(o)
	if err != nil {
		return hosts.Machine{}, err
	}
	zone := zone(o.Location)
	if err := p.ensureFirewall(ctx, o.Location); err != nil {
		return hosts.Machine{}, err
	}
	what := fmt.Sprintf("create instance %s (%s, %s, %s)", o.Name, path.Base(wanted.MachineType), wanted.Disks[0].Initialize.SourceImage, zone)
	for {
		var started operation
		err := p.api.call(ctx, http.MethodPost, inZone(zone, "instances"), nil, wanted, &started)
		if err == nil {
			err = p.await(ctx, zone, started)
		}
		if err == nil {
			wanted.ID, wanted.Zone = started.TargetID, zone
			return machine(wanted, o.Location), nil
		}
		if !isStatus(err, http.StatusConflict) {
			return hosts.Machine{}, failed(what, err)
		}
		if there, found, err := p.existing(ctx, o, wanted.Name); found || err != nil {
			return there, err
		}
		select { // the last machine of the name is still being deleted
		case <-ctx.Done():
			return hosts.Machine{}, failed(what, err)
		case <-time.After(p.pause):
		}
	}
}

// existing is the instance that an earlier order made; found is false where it
// is about to be gone. That of somebody else is left alone.
func (p *provider) existing(ctx context.Context, o hosts.Order, name string) (there hosts.Machine, found bool, err error) {
	var i instance
	err = p.api.call(ctx, http.MethodGet, inZone(zone(o.Location), "instances", name), nil, nil, &i)
	if isStatus(err, http.StatusNotFound) {
		return there, false, nil
	}
	if err != nil {
		return there, false, failed("look for instance "+name, err)
	}
	there = machine(i, o.Location)
	if there.Name != o.Name || there.Location != o.Location.Name {
		return there, false, fmt.Errorf("create instance %s: the zone has an instance of that name without our labels: rename it: %w", name, hosts.ErrConflict)
	}
	return there, there.State != hosts.MachineDeleting, nil
}

// wanted is the instance as the order and the template want it.
func wanted(o hosts.Order) (instance, error) {
	l, t := o.Location, o.Location.Template
	labels, err := labels(tag.Of(o))
	if err != nil {
		return instance{}, err
	}
	group, err := tag.GroupName(l.Name)
	if err != nil {
		return instance{}, err
	}
	size := cmp.Or(o.Size, t.Text("size"))
	if size == "" {
		return instance{}, fmt.Errorf("location %s: the template names no size, such as e2-small", l.Name)
	}
	if t.Text("region") != "" && t.Text("zone") == "" {
		return instance{}, fmt.Errorf("location %s: machines at Google are made in a zone: name one of region %s", l.Name, t.Text("region"))
	}
	return instance{
		Name:        tag.MachineName(tag.Of(o)),
		MachineType: inZone(zone(l), "machineTypes", size),
		Labels:      labels,
		Tags:        networkTags{[]string{group}},
		Interfaces:  []networkCard{card(l)},
		Disks: []disk{{Boot: true, AutoDelete: true, Initialize: diskSource{
			SourceImage: cmp.Or(t.Text("image"), defaultImage), SizeGB: int(t.Number("disk")),
		}}},
		Metadata: metadata{[]metadataItem{{"user-data", o.UserData}}},
	}, nil
}

// card is the network interface, with a public address.
func card(l hosts.Location) networkCard {
	c := networkCard{Network: network(l), Access: []accessConfig{{Name: "External NAT", Type: "ONE_TO_ONE_NAT"}}}
	if subnet := l.Template.Text("subnet"); subnet != "" {
		c.Subnetwork = "regions/" + regionOf(zone(l)) + "/subnetworks/" + subnet
	}
	return c
}

func network(l hosts.Location) string {
	return "global/networks/" + cmp.Or(l.Template.Text("network"), "default")
}

func zone(l hosts.Location) string { return cmp.Or(l.Template.Text("zone"), defaultZone) }
